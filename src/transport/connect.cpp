#include "godwit/transport/connect.hpp"

#include <fcntl.h>

#include "godwit/fs/fd.hpp"
#include "transport/arguments.hpp"
#include "transport/libssh.hpp"
#include "transport/program.hpp"

namespace godwit::transport
{
namespace
{

using Kind = ConnectOptions::Kind;

// -e names the ssh that is not installed here: the built-in one takes its place.
bool
asks_for_absent_ssh(const std::string& rsh)
{
  const auto words = split_rsh(rsh);
  return words && words->front() == "ssh" && !find_program("ssh");
}

Kind
kind_for(const ConnectOptions& options)
{
  if (options.kind == Kind::ssh && !options.rsh.empty()) {
    return Kind::command;
  }
  if (options.kind != Kind::automatic) {
    return options.kind;
  }
  if (!options.rsh.empty()) {
    return asks_for_absent_ssh(options.rsh) ? Kind::libssh : Kind::command;
  }
  return find_program("ssh") ? Kind::ssh : Kind::libssh;
}

} // namespace

Result<std::unique_ptr<Connection>>
connect(const model::Location& location, const ConnectOptions& options)
{
  TRY(check_target(location, options));
  const SpawnOptions spawned{options.user_umask, options.on_stderr};
  switch (kind_for(options)) {
  case Kind::command: {
    TRY_ASSIGN(auto words, split_rsh(options.rsh));
    return spawn(rsh_arguments(std::move(words), location, options), spawned);
  }
  case Kind::libssh:
    return connect_by_libssh(location, options);
  default:
    return spawn(ssh_arguments(location, options), spawned);
  }
}

Result<std::unique_ptr<Connection>>
spawn(const std::vector<std::string>& argv, const SpawnOptions& options)
{
  TRY_ASSIGN(Child child, start_program(argv, options.user_umask));
  return ProgramConnection::start(std::move(child), options.on_stderr);
}

bool
runs_ssh(const ConnectOptions& options)
{
  switch (kind_for(options)) {
  case Kind::command: {
    const auto words = split_rsh(options.rsh);
    return words && is_ssh(words->front());
  }
  case Kind::libssh:
    return false;
  default:
    return true;
  }
}

bool
has_controlling_terminal()
{
  const fs::Fd terminal(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
  return static_cast<bool>(terminal);
}

} // namespace godwit::transport
