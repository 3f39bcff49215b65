#pragma once

#include "godwit/base/result.hpp"
#include "godwit/transport/connect.hpp"
#include "transport/libssh_session.hpp"

namespace godwit::transport
{

// A session that is logged in, and the channel on which `P agent` runs.
// Members go in reverse order: the channel before its session.
struct LoggedIn {
  SessionPtr session;
  ChannelPtr channel;
};

// Connects, checks the host key against known_hosts (an unknown one is a
// refusal), logs in by agent, keys and, where there is a terminal, passphrases,
// questions of the server and passwords, then starts the agent.
Result<LoggedIn> log_in(const model::Location& location, const ConnectOptions& options);

} // namespace godwit::transport
