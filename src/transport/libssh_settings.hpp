#pragma once

#include <string>

#include "godwit/base/result.hpp"
#include "godwit/transport/connect.hpp"
#include "transport/libssh_session.hpp"
#include "transport/ssh_config.hpp"

namespace godwit::transport
{

// A session told everything that the options and the user's ssh configuration
// say about the host, and what must be known beside it.
struct ConfiguredSession {
  SessionPtr session;
  SshConfigFacts facts;
  std::string home;
};

// Reads -e (only as `ssh` with -p, -l, -i, -o and -F), then ~/.ssh/config and
// the system's. Refuses what libssh would pass over in silence.
Result<ConfiguredSession> configure_session(const model::Location& location, const ConnectOptions& options);

// The words of -e as lines of an ssh configuration, and the file of -F.
struct RshSettings {
  std::string lines;
  std::string config_file;
};
Result<RshSettings> settings_of_rsh(const std::string& rsh);

} // namespace godwit::transport
