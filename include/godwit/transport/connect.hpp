#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "godwit/base/result.hpp"
#include "godwit/model/location.hpp"
#include "godwit/transport/connection.hpp"

namespace godwit::transport
{

// One line of the far end's (or ssh's) stderr, escaped, without its newline.
// Called on a thread of the connection; must not block for long.
using StderrLine = std::function<void(std::string_view)>;

struct ConnectOptions {
  enum class Kind : unsigned char {
    automatic, // `rsh` if one is given, else ssh; libssh where ssh is meant and not installed
    ssh,       // the system's ssh, or `rsh` if one is given
    command,   // `rsh`, which takes ssh's arguments
    libssh,    // built in
  };

  Kind kind = Kind::automatic;
  std::string rsh;                       // -e or RSYNC_RSH, as typed; empty: none
  std::string remote_program = "godwit"; // --rsync-path, as typed: goes through the remote shell
  int connect_timeout_s = 30;            // 0: none
  bool has_terminal = false;             // questions (passwords, passphrases) can be asked
  bool asks_nothing = false;             // ssh fails instead, whatever could be asked
  mode_t user_umask = 022;               // what spawned programs get
  StderrLine on_stderr;
  std::stop_token stop; // ends a login that waits for an answer (libssh; ssh asks by itself)
};

// What a spawned program gets beside its arguments.
struct SpawnOptions {
  mode_t user_umask = 022;
  StderrLine on_stderr;
};

// Starts `P agent` on the host of `location`. With ssh and -e it returns as
// soon as the program runs, so a refused login shows as an early end of
// in_fd(); libssh logs in first. Fails for hosts, users and programs that no
// shell should see, and where nothing can be started.
Result<std::unique_ptr<Connection>> connect(const model::Location& location, const ConnectOptions& options);

// What connect() would start is an ssh, by its name.
bool runs_ssh(const ConnectOptions& options);

// Runs `argv` here with its stdin and stdout as the connection.
Result<std::unique_ptr<Connection>> spawn(const std::vector<std::string>& argv, const SpawnOptions& options);

// Why there was no Hello: one line with cause and remedy, exit_code set (127
// and 126 as the shell said, 255 no connection or no login, else 12).
Error explain_exit(const ExitReport& report, const ConnectOptions& options, const model::Location& location);

// The process has a controlling terminal, so ssh can ask there.
bool has_controlling_terminal();

} // namespace godwit::transport
