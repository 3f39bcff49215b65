#include "godwit/fs/fd.hpp"

#include <doctest/doctest.h>

#include <utility>

#include <fcntl.h>

namespace {

using godwit::fs::Fd;

bool
is_open(int fd)
{
  return ::fcntl(fd, F_GETFD) != -1;
}

Fd
null_device()
{
  return Fd(::open("/dev/null", O_RDWR | O_CLOEXEC));
}

} // namespace

TEST_CASE("Fd closes its descriptor when it goes")
{
  int number = -1;
  {
    const Fd fd = null_device();
    number = fd.get();
    CHECK(is_open(number));
  }
  CHECK_FALSE(is_open(number));
}

TEST_CASE("Fd moves its descriptor and leaves nothing behind")
{
  Fd first = null_device();
  const int number = first.get();
  Fd second = null_device();
  const int replaced = second.get();
  second = std::move(first);
  CHECK(second.get() == number);
  CHECK_FALSE(is_open(replaced));
  CHECK(is_open(number));
}

TEST_CASE("Fd duplicates with close-on-exec set")
{
  const Fd fd = null_device();
  auto copy = fd.duplicate();
  REQUIRE(copy);
  CHECK(copy->get() != fd.get());
  CHECK(::fcntl(copy->get(), F_GETFD) == FD_CLOEXEC);
}

TEST_CASE("Fd reports a failed close")
{
  Fd fd(::fcntl(null_device().get(), F_DUPFD_CLOEXEC, 900));
  CHECK(fd.close());
  CHECK_FALSE(fd);
  Fd wrong(901);
  CHECK_FALSE(wrong.close());
}
