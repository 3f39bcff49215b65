#include "godwit/base/result.hpp"

#include <cerrno>
#include <cstring>

namespace godwit {

Error
sys_error(std::string what)
{
  return sys_error(std::move(what), errno);
}

Error
sys_error(std::string what, int errno_value)
{
  const char* cause = ::strerrordesc_np(errno_value);
  return Error{ErrorKind::system, errno_value, std::move(what) + ": " + (cause ? cause : "unknown error"), 0};
}

Error
make_error(ErrorKind kind, std::string text)
{
  return Error{kind, 0, std::move(text), 0};
}

} // namespace godwit
