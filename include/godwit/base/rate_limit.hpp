#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace godwit {

// A token bucket that holds a tenth of a second's bytes. Used by one thread.
class RateLimit
{
public:
  // 0: no limit.
  explicit RateLimit(std::uint64_t bytes_per_second) : m_rate(bytes_per_second) {}

  bool is_limited() const { return m_rate != 0; }
  // How many bytes to move at most in one go.
  std::size_t portion(std::size_t wanted) const;
  // Waits until `bytes` more are due.
  void pass(std::size_t bytes);

private:
  using Clock = std::chrono::steady_clock;

  std::uint64_t m_rate;
  Clock::time_point m_free_at{}; // when what passed so far is paid for
};

} // namespace godwit
