#include <string>
#include <string_view>

#include <fmt/format.h>

#include "godwit/base/escape.hpp"
#include "godwit/transport/connect.hpp"

namespace godwit::transport
{
namespace
{

constexpr int stream_exit_code = 12;

std::string
last_line(std::string_view tail)
{
  const std::size_t end = tail.find_last_not_of("\n. ");
  if (end == std::string_view::npos) {
    return "";
  }
  const std::string_view kept = tail.substr(0, end + 1);
  const std::size_t before = kept.rfind('\n');
  return std::string(before == std::string_view::npos ? kept : kept.substr(before + 1));
}

std::string
target_of(const model::Location& location)
{
  return escape(location.has_user ? fmt::format("{}@{}", location.user, location.host) : location.host);
}

std::string
shell_of(const ConnectOptions& options)
{
  return escape(options.rsh.empty() ? "ssh" : options.rsh);
}

Error
with_code(ErrorKind kind, int exit_code, std::string text)
{
  Error error = make_error(kind, std::move(text));
  error.exit_code = exit_code;
  return error;
}

} // namespace

Error
explain_exit(const ExitReport& report, const ConnectOptions& options, const model::Location& location)
{
  const std::string target = target_of(location);
  const std::string program = escape(options.remote_program);
  const std::string cause = last_line(report.stderr_tail);
  if (report.by_signal) {
    return with_code(ErrorKind::stream, stream_exit_code,
                     fmt::format("cannot reach godwit on {}: {} was killed by signal {}", target,
                                 shell_of(options), report.code - 128));
  }
  switch (report.code) {
  case 127:
    return with_code(ErrorKind::connect, 127,
                     fmt::format("cannot start godwit on {}: '{}' was not found there; install godwit on "
                                 "that host, or say where it is with --rsync-path",
                                 target, program));
  case 126:
    return with_code(ErrorKind::connect, 126,
                     fmt::format("cannot start godwit on {}: '{}' cannot be executed there; check its "
                                 "permissions, or name another with --rsync-path",
                                 target, program));
  case 255:
    return with_code(ErrorKind::connect, 255,
                     fmt::format("cannot connect to {}: {}; check that '{} {}' logs in", target,
                                 cause.empty() ? "the remote shell failed" : cause, shell_of(options),
                                 target));
  default:
    return with_code(ErrorKind::stream, stream_exit_code,
                     fmt::format("cannot reach godwit on {}: '{} agent' ended at once (exit {}){}{}", target,
                                 program, report.code, cause.empty() ? "" : ": ", cause));
  }
}

} // namespace godwit::transport
