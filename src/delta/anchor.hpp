#pragma once
// Content-defined positions: offsets whose next 12 bytes hash to a chosen value.
//
//   h(i) = sum over j < 6 of load16(at + i + 2j) * K[j]  (mod 2^16)
//   i is a candidate when the top R bits of h(i) are C
//
// Nothing is carried from offset to offset and no table is looked up, so all
// offsets are tested at the speed of vector multiplications. K and C come from
// the run's salt; C is not 0, the value of zeros. Candidates are found again
// wherever their bytes are moved, by either side.

#include <array>
#include <cstdint>

#include "godwit/base/bytes.hpp"
#include "godwit/base/hash.hpp"

namespace godwit::delta {

class AnchorFilter
{
public:
  static constexpr std::size_t window_words = 6;
  // A candidate's key covers this many bytes from its position on; that many must follow each position
  // scanned.
  static constexpr std::size_t reach = 32;

  // One offset in 2^rarity_bits is a candidate where content is random.
  AnchorFilter(const HashKey& key, unsigned rarity_bits);

  // Candidates among positions [0, count) of `at`, in order; stops when `positions` is full. Of a
  // dense group (content of low entropy) only one is kept. Reads at + count + reach - 1 at most.
  std::size_t scan(const std::byte* at, std::size_t count, std::span<std::uint32_t> positions) const;

  // The salted hash of the bytes at a candidate.
  std::uint64_t
  key_at(const std::byte* at) const
  {
    __extension__ using Wide = unsigned __int128;
    const auto word = [at](std::size_t index) {
      return load_le<std::uint64_t>(at + 8 * index);
    };
    const Wide low = static_cast<Wide>(word(0) ^ m_salt[0]) * (word(1) ^ m_salt[1]);
    const Wide high = static_cast<Wide>(word(2) ^ m_salt[2]) * (word(3) ^ m_salt[3]);
    const std::uint64_t mixed = static_cast<std::uint64_t>(low) ^ static_cast<std::uint64_t>(low >> 64) ^
                                (static_cast<std::uint64_t>(high) + static_cast<std::uint64_t>(high >> 64));
    return (mixed ^ (mixed >> 32)) * multiplier;
  }

  struct Constants {
    std::array<std::uint16_t, window_words> factors;
    std::uint16_t mask;
    std::uint16_t wanted;
  };

private:
  static constexpr std::uint64_t multiplier = 0x9E3779B97F4A7C15U;

  Constants m_constants;
  std::array<std::uint64_t, 4> m_salt;
};

} // namespace godwit::delta
