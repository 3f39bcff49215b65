#pragma once
// Unsigned integers in groups of seven bits, lowest first, the top bit of a
// byte telling that more follow. At most ten bytes; longer forms are refused.

#include <cstdint>
#include <optional>

#include "godwit/base/bytes.hpp"

namespace godwit {

inline void
append_varint(Bytes& to, std::uint64_t value)
{
  while (value >= 0x80) {
    to.push_back(static_cast<std::byte>(value | 0x80));
    value >>= 7;
  }
  to.push_back(static_cast<std::byte>(value));
}

// Takes one integer off the front of `from`. Nothing when it is cut short or
// does not fit 64 bits; `from` is then unspecified.
inline std::optional<std::uint64_t>
take_varint(ByteView& from)
{
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (from.empty()) {
      return std::nullopt;
    }
    const auto next = static_cast<std::uint64_t>(from.front());
    from = from.subspan(1);
    const std::uint64_t group = next & 0x7F;
    if ((group << shift) >> shift != group) {
      return std::nullopt;
    }
    value |= group << shift;
    if (next < 0x80) {
      return value;
    }
  }
  return std::nullopt;
}

// Signed values of small magnitude become small unsigned ones, and back.
inline std::uint64_t
zigzag(std::int64_t value)
{
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

inline std::int64_t
unzigzag(std::uint64_t value)
{
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

} // namespace godwit
