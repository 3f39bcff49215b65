#pragma once

#include <memory>

#include "godwit/base/result.hpp"
#include "godwit/transport/connect.hpp"

namespace godwit::transport
{

// Logs in with the built-in library and starts the agent. From then on one
// thread of the connection's own touches the session; in_fd() and out_fd() are
// sockets to it.
Result<std::unique_ptr<Connection>> connect_by_libssh(const model::Location& location,
                                                      const ConnectOptions& options);

} // namespace godwit::transport
