#include "godwit/base/beside.hpp"

#include <array>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace godwit;

TEST_CASE("work is done beside, and here where no thread is to be had")
{
  std::thread::id seen;
  run_beside([&] { seen = std::this_thread::get_id(); }).join();
  CHECK(seen != std::this_thread::get_id());
  const pid_t child = ::fork();
  REQUIRE(child != -1);
  if (child == 0) { // no thread's stack fits any more, but for those that are kept for reuse
    const rlimit none{1, 1};
    ::setrlimit(RLIMIT_AS, &none);
    const std::thread::id here = std::this_thread::get_id();
    bool is_done = false;
    std::array<std::jthread, 1000> threads;
    for (std::jthread& thread : threads) {
      thread = run_beside([&] {
        if (std::this_thread::get_id() != here) {
          ::pause();
        }
        is_done = true;
      });
      if (is_done) {
        ::_exit(thread.joinable() ? 1 : 0);
      }
    }
    ::_exit(2);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}
