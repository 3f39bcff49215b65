#include "godwit/base/stop.hpp"

#include <csignal>
#include <semaphore>

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace godwit;

namespace
{

// The exit status of `body`, run in a process of its own.
template <class Body>
int
exit_status_of(Body body)
{
  const pid_t child = ::fork();
  if (child == 0) {
    ::_exit(body());
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
stop_by(int signal)
{
  if (!install_stop_signals() || stop_token().stop_requested()) {
    return 1;
  }
  std::binary_semaphore asked(0);
  const std::stop_callback callback(stop_token(), [&] { asked.release(); });
  std::raise(signal);
  asked.acquire();
  pollfd watched{stop_fd(), POLLIN, 0};
  return ::poll(&watched, 1, 0) == 1 && stop_signal() == signal ? 0 : 2;
}

} // namespace

TEST_CASE("Each of the three signals requests the stop")
{
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    CAPTURE(signal);
    CHECK(exit_status_of([=] { return stop_by(signal); }) == 0);
  }
}

TEST_CASE("A second signal ends the process at once with exit code 20")
{
  CHECK(exit_status_of([] {
          stop_by(SIGTERM);
          std::raise(SIGINT);
          return 0;
        }) == 20);
}

TEST_CASE("A signal that was ignored at the start stays ignored")
{
  CHECK(exit_status_of([] {
          std::signal(SIGHUP, SIG_IGN);
          if (!install_stop_signals()) {
            return 1;
          }
          std::raise(SIGHUP);
          return stop_signal();
        }) == 0);
}
