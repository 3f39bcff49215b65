#include "transport/libssh_host_key.hpp"

#include <memory>
#include <vector>

#include <fmt/format.h>

#include "transport/known_hosts.hpp"

namespace godwit::transport
{
namespace
{

std::string
option_of(ssh_session session, ssh_options_e option)
{
  char* value = nullptr;
  if (::ssh_options_get(session, option, &value) != SSH_OK || value == nullptr) {
    return "";
  }
  std::string text = value;
  ::ssh_string_free_char(value);
  return text;
}

std::string
fingerprint_of(ssh_session session)
{
  ssh_key key = nullptr;
  unsigned char* hash = nullptr;
  std::size_t length = 0;
  if (::ssh_get_server_publickey(session, &key) != SSH_OK) {
    return "unknown";
  }
  std::string text = ::ssh_key_type_to_char(::ssh_key_type(key));
  if (::ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &length) == SSH_OK) {
    char* printed = ::ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, length);
    text += printed != nullptr ? fmt::format(" {}", printed) : "";
    ::ssh_string_free_char(printed);
    ::ssh_clean_pubkey_hash(&hash);
  }
  ::ssh_key_free(key);
  return text;
}

std::string
marker_for(const ConfiguredSession& configured, const std::string& name)
{
  ssh_session session = configured.session.get();
  unsigned int port = 22;
  ::ssh_options_get_port(session, &port);
  std::vector<std::string> files = configured.facts.known_hosts_files;
  for (const ssh_options_e option : {SSH_OPTIONS_KNOWNHOSTS, SSH_OPTIONS_GLOBAL_KNOWNHOSTS}) {
    files.push_back(option_of(session, option));
  }
  for (const char* usual : {"~/.ssh/known_hosts", "~/.ssh/known_hosts2", "/etc/ssh/ssh_known_hosts",
                            "/etc/ssh/ssh_known_hosts2"}) {
    files.emplace_back(usual);
  }
  for (const std::string& file : files) {
    std::string marker = marker_in_file(file, configured.home, name, static_cast<int>(port));
    if (!marker.empty()) {
      return marker;
    }
  }
  return "";
}

} // namespace

Result<>
check_host_key(const ConfiguredSession& configured, const std::string& host)
{
  ssh_session session = configured.session.get();
  if (const std::string marker = marker_for(configured, option_of(session, SSH_OPTIONS_HOST));
      !marker.empty()) {
    return needs_ssh_itself(
        fmt::format("honour the {} line about {} in known_hosts with libssh", marker, host));
  }
  const auto verdict = ::ssh_session_is_known_server(session);
  const std::string key = fingerprint_of(session);
  switch (verdict) {
  case SSH_KNOWN_HOSTS_OK:
    return {};
  case SSH_KNOWN_HOSTS_CHANGED:
  case SSH_KNOWN_HOSTS_OTHER:
    return refusal(
        fmt::format("trust {}: its host key ({}) is not the one in known_hosts; either the host was "
                    "set up anew, or somebody stands between",
                    host, key));
  case SSH_KNOWN_HOSTS_NOT_FOUND:
  case SSH_KNOWN_HOSTS_UNKNOWN:
    return refusal(fmt::format("trust {}: its host key ({}) is not in known_hosts; compare it, then add it, "
                               "with ssh-keyscan for example",
                               host, key));
  default:
    return refusal(fmt::format("check the host key of {}: {}", host, complaint_of(session)));
  }
}

} // namespace godwit::transport
