#include "delta/rolling.hpp"

#include <array>

namespace godwit::delta {

namespace {

constexpr std::size_t unroll = 8;

std::uint64_t
power(std::uint64_t base, std::size_t exponent)
{
  std::uint64_t result = 1;
  for (; exponent != 0; exponent >>= 1) {
    if ((exponent & 1) != 0) {
      result *= base;
    }
    base *= base;
  }
  return result;
}

} // namespace

Rolling::Rolling(const HashKey& key, std::size_t window) : m_window(window)
{
  const Hash128 random = key.hash128(as_bytes("rolling"));
  m_multiplier = random.low | 5; // odd, and not 1 or 3 modulo 8: the longest period
  m_multiplier &= ~std::uint64_t{2};
  m_offset = random.high | 1;
  m_leaving = power(m_multiplier, window);
  m_constant = m_offset - m_offset * m_leaving;
}

std::uint64_t
Rolling::sum(const std::byte* at) const
{
  std::array<std::uint64_t, unroll + 1> powers{1};
  for (std::size_t i = 1; i <= unroll; ++i) {
    powers[i] = powers[i - 1] * m_multiplier;
  }
  std::uint64_t sum = 0;
  std::size_t done = 0;
  for (; done + unroll <= m_window; done += unroll) {
    std::uint64_t group = 0;
    for (std::size_t i = 0; i < unroll; ++i) {
      group += (static_cast<std::uint64_t>(at[done + i]) + m_offset) * powers[unroll - 1 - i];
    }
    sum = sum * powers[unroll] + group;
  }
  for (; done < m_window; ++done) {
    sum = sum * m_multiplier + static_cast<std::uint64_t>(at[done]) + m_offset;
  }
  return sum;
}

} // namespace godwit::delta
