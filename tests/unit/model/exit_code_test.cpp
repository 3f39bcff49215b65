#include "godwit/model/exit_code.hpp"

#include <cerrno>

#include <doctest/doctest.h>

using namespace godwit;
using namespace godwit::model;

namespace
{

Error
error_of(ErrorKind kind, int errno_value = 0, int code = 0)
{
  return Error{kind, errno_value, "text", code};
}

} // namespace

TEST_CASE("An error that ends the run has rsync's exit code")
{
  const std::pair<ErrorKind, int> cases[] = {
      {ErrorKind::system, 11},  {ErrorKind::usage, 1},       {ErrorKind::selection, 3},
      {ErrorKind::protocol, 2}, {ErrorKind::stream, 12},     {ErrorKind::connect, 255},
      {ErrorKind::timeout, 30}, {ErrorKind::changed, 23},    {ErrorKind::vanished, 24},
      {ErrorKind::verify, 23},  {ErrorKind::unsupported, 4}, {ErrorKind::stopped, 20},
  };
  for (const auto& [kind, code] : cases) {
    CHECK(exit_code_of_run(error_of(kind)) == code);
  }
}

TEST_CASE("A code that the outside dictates is passed on")
{
  CHECK(exit_code_of_run(error_of(ErrorKind::connect, 0, 127)) == 127);
}

TEST_CASE("An error of one file makes the run partial, a full disk ends it")
{
  CHECK(exit_code_of_file(error_of(ErrorKind::system, EACCES)) == 23);
  CHECK(exit_code_of_file(error_of(ErrorKind::changed)) == 23);
  CHECK(exit_code_of_file(error_of(ErrorKind::unsupported)) == 23);
  CHECK(exit_code_of_file(error_of(ErrorKind::vanished)) == 24);
  CHECK(exit_code_of_file(error_of(ErrorKind::system, ENOSPC)) == 11);
  CHECK(exit_code_of_file(error_of(ErrorKind::system, EDQUOT)) == 11);
}

TEST_CASE("The graver outcome wins in either order")
{
  const int rising[] = {0, 25, 24, 23, 12};
  for (std::size_t i = 0; i + 1 < std::size(rising); ++i) {
    CHECK(graver_exit_code(rising[i], rising[i + 1]) == rising[i + 1]);
    CHECK(graver_exit_code(rising[i + 1], rising[i]) == rising[i + 1]);
  }
  CHECK(graver_exit_code(12, 30) == 12);
}
