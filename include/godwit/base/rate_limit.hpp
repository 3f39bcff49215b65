#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace godwit {

// When so many bytes may move at so many a second: the arithmetic, with the time
// given. In any two seconds no more than 5 % above the rate passes (from 1 KiB/s
// on), and where something always waits, no less than the rate.
class Pace
{
public:
  using Time = std::chrono::steady_clock::time_point;

  // 0: no limit.
  void set_rate(std::uint64_t bytes_per_second) { m_rate = bytes_per_second; }
  std::uint64_t rate() const { return m_rate; }
  // How many bytes to move at most in one go.
  std::size_t portion(std::size_t wanted) const;
  // So many moved at `now`: when the next may.
  Time pass(std::size_t bytes, Time now);

private:
  std::uint64_t m_rate = 0;
  Time m_free_at{}; // when what passed so far is paid for
};

// A Pace that waits. Used by one thread, but for set_rate(), which any may call.
class RateLimit
{
public:
  // 0: no limit.
  explicit RateLimit(std::uint64_t bytes_per_second) : m_rate(bytes_per_second) {}

  void set_rate(std::uint64_t bytes_per_second) { m_rate = bytes_per_second; }
  bool is_limited() const { return m_rate != 0; }
  std::size_t portion(std::size_t wanted);
  // Waits until `bytes` more are due.
  void pass(std::size_t bytes);

private:
  std::atomic<std::uint64_t> m_rate;
  Pace m_pace;
};

} // namespace godwit
