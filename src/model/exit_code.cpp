#include "godwit/model/exit_code.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>

namespace godwit::model
{

namespace
{

bool
is_full(const Error& error)
{
  return error.kind == ErrorKind::system && (error.errno_value == ENOSPC || error.errno_value == EDQUOT);
}

// Codes that a run may carry to its end, the lightest first.
constexpr std::array lasting{exit_code::ok, exit_code::delete_limit, exit_code::vanished, exit_code::partial};

std::ptrdiff_t
gravity(int code)
{
  return std::distance(lasting.begin(), std::find(lasting.begin(), lasting.end(), code));
}

} // namespace

int
exit_code_of_run(const Error& error)
{
  if (error.exit_code != 0) {
    return error.exit_code;
  }
  switch (error.kind) {
  case ErrorKind::system:
    return exit_code::file_io;
  case ErrorKind::usage:
    return exit_code::usage;
  case ErrorKind::selection:
    return exit_code::selection;
  case ErrorKind::protocol:
    return exit_code::protocol;
  case ErrorKind::stream:
    return exit_code::stream;
  case ErrorKind::connect:
    return exit_code::connect;
  case ErrorKind::timeout:
    return exit_code::timeout;
  case ErrorKind::vanished:
    return exit_code::vanished;
  case ErrorKind::unsupported:
    return exit_code::unsupported;
  case ErrorKind::stopped:
    return exit_code::stopped;
  case ErrorKind::changed:
  case ErrorKind::unreadable:
  case ErrorKind::verify:
    break;
  }
  return exit_code::partial;
}

int
exit_code_of_file(const Error& error)
{
  if (is_full(error)) {
    return exit_code::file_io;
  }
  const bool ends_run = error.exit_code != 0 || error.kind == ErrorKind::protocol ||
                        error.kind == ErrorKind::stream || error.kind == ErrorKind::timeout ||
                        error.kind == ErrorKind::stopped || error.kind == ErrorKind::vanished;
  return ends_run ? exit_code_of_run(error) : exit_code::partial;
}

bool
is_lasting_exit_code(int code)
{
  return gravity(code) != static_cast<std::ptrdiff_t>(lasting.size());
}

int
graver_exit_code(int a, int b)
{
  return gravity(b) > gravity(a) ? b : a;
}

std::string_view
meaning_of_exit_code(int code)
{
  switch (code) {
  case exit_code::partial:
    return "some files or attributes were not transferred, see the errors above (code 23)";
  case exit_code::vanished:
    return "some files vanished before they could be transferred (code 24)";
  case exit_code::delete_limit:
    return "the --max-delete limit stopped deletions (code 25)";
  default:
    return "";
  }
}

} // namespace godwit::model
