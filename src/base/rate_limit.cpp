#include "godwit/base/rate_limit.hpp"

#include <algorithm>
#include <thread>

namespace godwit {

namespace {

// Of any two seconds a portion at either end and the credit are too much: 4.75 % together. The credit makes up
// for wake-ups that come late.
constexpr std::uint64_t portions_a_second = 40;
constexpr auto longest_credit = std::chrono::milliseconds(45);

} // namespace

std::size_t
Pace::portion(std::size_t wanted) const
{
  const std::uint64_t most = m_rate == 0 ? wanted : std::max<std::uint64_t>(m_rate / portions_a_second, 1);
  return static_cast<std::size_t>(std::min<std::uint64_t>(wanted, most));
}

Pace::Time
Pace::pass(std::size_t bytes, Time now)
{
  if (m_rate == 0) {
    m_free_at = now;
    return now;
  }
  const auto cost = std::chrono::nanoseconds(bytes * 1'000'000'000ULL / m_rate);
  m_free_at = std::max(m_free_at, now - longest_credit) + cost;
  return m_free_at;
}

std::size_t
RateLimit::portion(std::size_t wanted)
{
  m_pace.set_rate(m_rate);
  return m_pace.portion(wanted);
}

void
RateLimit::pass(std::size_t bytes)
{
  m_pace.set_rate(m_rate);
  if (m_pace.rate() != 0) {
    std::this_thread::sleep_until(m_pace.pass(bytes, Pace::Time::clock::now()));
  }
}

} // namespace godwit
