#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <vector>

#include <poll.h>

#include "godwit/base/result.hpp"

namespace godwit::endpoint {

using Deadline = std::optional<std::chrono::steady_clock::time_point>;

// Ends waits for descriptors, now and later. Any thread may call wake(); each
// waits with a list of its own.
class Waker
{
public:
  Waker();
  ~Waker();
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  void wake();
  bool is_woken() const { return m_is_woken; }
  // Until one of `polled` is ready; false: not before `deadline`. Once woken, an
  // error of kind stopped. The list grows by one while it waits.
  Result<bool> wait(std::vector<pollfd>& polled, Deadline deadline) const;

private:
  int m_fd; // eventfd: readable once woken
  std::atomic<bool> m_is_woken = false;
};

} // namespace godwit::endpoint
