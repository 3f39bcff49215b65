#pragma once
// A polynomial checksum modulo 2^64 over a window of fixed length, moved one
// byte at a time (Karp and Rabin 1987). Multiplier and offset come from the
// run's salt. Its upper 32 bits are the key of a block.

#include <cstdint>

#include "godwit/base/bytes.hpp"
#include "godwit/base/hash.hpp"

namespace godwit::delta {

class Rolling
{
public:
  Rolling(const HashKey& key, std::size_t window);

  std::uint64_t sum(const std::byte* at) const;
  // What the roll by one byte adds to sum * multiplier: `front` leaves, front[window] enters.
  std::uint64_t
  step(const std::byte* front) const
  {
    return static_cast<std::uint64_t>(front[m_window]) - static_cast<std::uint64_t>(*front) * m_leaving +
           m_constant;
  }
  std::uint64_t
  roll(std::uint64_t sum, const std::byte* front) const
  {
    return sum * m_multiplier + step(front);
  }
  std::uint64_t
  multiplier() const
  {
    return m_multiplier;
  }
  std::size_t
  window() const
  {
    return m_window;
  }

  static std::uint32_t
  key_of(std::uint64_t sum, unsigned bits)
  {
    return static_cast<std::uint32_t>(sum >> (64 - bits));
  }

private:
  std::size_t m_window;
  std::uint64_t m_multiplier;
  std::uint64_t m_offset;
  std::uint64_t m_leaving;  // multiplier to the power of the window's length
  std::uint64_t m_constant; // what the offset adds to each step
};

} // namespace godwit::delta
