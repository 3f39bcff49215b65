#include "godwit/base/rate_limit.hpp"

#include <algorithm>
#include <thread>

namespace godwit {

std::size_t
RateLimit::portion(std::size_t wanted) const
{
  return m_rate == 0 ? wanted : std::min<std::size_t>(wanted, std::max<std::size_t>(m_rate / 20, 512));
}

void
RateLimit::pass(std::size_t bytes)
{
  if (m_rate == 0) {
    return;
  }
  const auto now = Clock::now();
  const auto cost = std::chrono::nanoseconds(bytes * 1'000'000'000ULL / m_rate);
  m_free_at = std::max(m_free_at, now - std::chrono::milliseconds(100)) + cost;
  std::this_thread::sleep_until(m_free_at);
}

} // namespace godwit
