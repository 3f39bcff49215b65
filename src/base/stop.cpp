#include "godwit/base/stop.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <thread>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace godwit
{

namespace
{

constexpr int stopped_exit_code = 20;

std::atomic<int> event_fd{-1};
std::atomic<int> first_signal{0};

// Never destroyed: callbacks may be registered until the process ends.
std::stop_source&
stop_source()
{
  static auto& source = *new std::stop_source;
  return source;
}

extern "C" void
note_stop_signal(int number)
{
  const int saved = errno;
  int none = 0;
  if (!first_signal.compare_exchange_strong(none, number)) {
    ::_exit(stopped_exit_code);
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(event_fd.load(), &one, sizeof one);
  errno = saved;
}

// request_stop() runs callbacks and so must not be called in a handler.
void
wait_for_signal()
{
  pollfd watched{event_fd.load(), POLLIN, 0};
  while (::poll(&watched, 1, -1) == -1 && errno == EINTR) {
  }
  stop_source().request_stop();
}

Result<>
catch_signal(int number)
{
  struct sigaction before {
  };
  if (::sigaction(number, nullptr, &before) == -1) {
    return sys_error("cannot look up a signal's handler");
  }
  if (before.sa_handler == SIG_IGN) {
    return {};
  }
  struct sigaction action {
  };
  action.sa_handler = note_stop_signal;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  if (::sigaction(number, &action, nullptr) == -1) {
    return sys_error("cannot install a signal handler");
  }
  return {};
}

} // namespace

Result<>
install_stop_signals()
{
  const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (fd == -1) {
    return sys_error("cannot make an eventfd");
  }
  event_fd.store(fd);
  stop_source();
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    TRY(catch_signal(number));
  }
  std::thread(wait_for_signal).detach();
  return {};
}

std::stop_token
stop_token()
{
  return stop_source().get_token();
}

int
stop_fd()
{
  return event_fd.load();
}

int
stop_signal()
{
  return first_signal.load();
}

} // namespace godwit
