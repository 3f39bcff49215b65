#pragma once

#include <string>
#include <string_view>

namespace godwit::transport
{

// A line of a known_hosts text that begins with @revoked or @cert-authority and
// may be about this host: libssh skips those, and would accept a revoked key.
// Hashed names count as this host. Returns the marker, or "".
std::string marker_about(std::string_view known_hosts, std::string_view host, int port);

// The same for a file; a missing one has none. A leading ~ is `home`.
std::string marker_in_file(const std::string& path, const std::string& home, std::string_view host, int port);

} // namespace godwit::transport
