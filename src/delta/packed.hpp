#pragma once

#include <cstdint>

#include "godwit/base/bytes.hpp"

namespace godwit::delta {

// The low `bits` of a number, whole bytes, lowest first.
inline void
append_low(Bytes& out, std::uint64_t value, unsigned bits)
{
  for (unsigned shift = 0; shift < bits; shift += 8) {
    out.push_back(static_cast<std::byte>(value >> shift));
  }
}

// Takes them off the front of `from`, which holds enough.
inline std::uint64_t
take_low(ByteView& from, unsigned bits)
{
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < bits; shift += 8) {
    value |= static_cast<std::uint64_t>(from[shift / 8]) << shift;
  }
  from = from.subspan(bits / 8);
  return value;
}

} // namespace godwit::delta
