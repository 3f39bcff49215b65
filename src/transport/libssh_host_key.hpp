#pragma once

#include <string>

#include "godwit/base/result.hpp"
#include "transport/libssh_settings.hpp"

namespace godwit::transport
{

// Refuses the server unless known_hosts holds this very key for it. Files with
// an @revoked or @cert-authority line about the host need ssh itself.
Result<> check_host_key(const ConfiguredSession& configured, const std::string& host);

} // namespace godwit::transport
