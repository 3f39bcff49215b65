#include "godwit/endpoint/waker.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include <sys/eventfd.h>
#include <unistd.h>

#include "godwit/base/assert.hpp"

namespace godwit::endpoint {

namespace {

using Clock = std::chrono::steady_clock;

int
milliseconds_until(Deadline deadline)
{
  if (!deadline || *deadline == Clock::time_point::max()) {
    return -1;
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000'000));
}

} // namespace

Waker::Waker() : m_fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
  ASSERT(m_fd != -1);
}

Waker::~Waker()
{
  ::close(m_fd);
}

void
Waker::wake()
{
  m_is_woken = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(m_fd, &one, sizeof one); // full means: woken already
}

Result<bool>
Waker::wait(std::vector<pollfd>& polled, Deadline deadline) const
{
  polled.push_back({m_fd, POLLIN, 0});
  int ready = 0;
  do {
    ready = ::poll(polled.data(), polled.size(), milliseconds_until(deadline));
  } while (ready < 0 && errno == EINTR);
  const bool was_woken = (polled.back().revents & POLLIN) != 0;
  polled.pop_back();
  if (ready < 0) {
    return sys_error("cannot poll the connection");
  }
  if (was_woken) {
    return make_error(ErrorKind::stopped, "stopped");
  }
  return ready > 0;
}

} // namespace godwit::endpoint
