#include "transport/libssh_settings.hpp"

#include <cstdlib>

#include <fmt/format.h>
#include <pwd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "godwit/base/escape.hpp"
#include "transport/arguments.hpp"

namespace godwit::transport
{
namespace
{

constexpr const char* global_config = "/etc/ssh/ssh_config";

std::string
home_folder()
{
  const char* home = std::getenv("HOME");
  if (home != nullptr && *home == '/') {
    return home;
  }
  const passwd* entry = ::getpwuid(::getuid());
  return entry != nullptr ? entry->pw_dir : "/";
}

// `-pN` or `-p N` and the like as one line of a configuration.
Result<std::string>
line_of(char option, std::string value)
{
  switch (option) {
  case 'p':
    return "Port " + value;
  case 'l':
    return "User " + value;
  case 'i':
    return "IdentityFile \"" + value + "\"";
  default:
    if (const std::size_t equals = value.find('='); equals != std::string::npos) {
      value[equals] = ' ';
    }
    return value;
  }
}

Error
cannot_use(const std::string& rsh)
{
  return needs_ssh_itself(fmt::format("use --rsh={} with libssh", escape(rsh)));
}

// Lets libssh parse lines that stand in no file.
Result<>
parse_lines(ssh_session session, const std::string& lines)
{
  const fs::Fd file(::memfd_create("ssh_config", MFD_CLOEXEC));
  if (!file || ::write(file.get(), lines.data(), lines.size()) != static_cast<ssize_t>(lines.size())) {
    return sys_error("cannot pass the ssh options on");
  }
  if (::ssh_options_parse_config(session, fmt::format("/proc/self/fd/{}", file.get()).c_str()) != SSH_OK) {
    return refusal("use the ssh options of --rsh: " + complaint_of(session));
  }
  return {};
}

Result<>
parse_files(ssh_session session, const std::string& config_file)
{
  const char* path = config_file.empty() ? nullptr : config_file.c_str();
  if (::ssh_options_parse_config(session, path) != SSH_OK) {
    return refusal("use the ssh configuration: " + complaint_of(session));
  }
  return {};
}

// What no configuration may change: the stream is compressed by us already, a
// host key is checked in every case, and libssh prints nothing.
void
insist(ssh_session session)
{
  const int on = 1;
  const int silent = SSH_LOG_NOLOG;
  ::ssh_options_set(session, SSH_OPTIONS_STRICTHOSTKEYCHECK, &on);
  ::ssh_options_set(session, SSH_OPTIONS_COMPRESSION, "no");
  ::ssh_options_set(session, SSH_OPTIONS_NODELAY, &on); // small frames would wait 40 ms for an ACK
  ::ssh_options_set(session, SSH_OPTIONS_LOG_VERBOSITY, &silent);
#ifdef GODWIT_LIBSSH_WITHOUT_GCM_CHECK
  // This libssh was built before its fix of CVE-2026-59847: GCM is not verified.
  ::ssh_options_set(session, SSH_OPTIONS_CIPHERS_C_S, "chacha20-poly1305@openssh.com");
  ::ssh_options_set(session, SSH_OPTIONS_CIPHERS_S_C, "chacha20-poly1305@openssh.com");
#endif
}

} // namespace

Result<RshSettings>
settings_of_rsh(const std::string& rsh)
{
  RshSettings settings;
  if (rsh.empty()) {
    return settings;
  }
  TRY_ASSIGN(const auto words, split_rsh(rsh));
  const std::string& program = words.front();
  if (program.substr(program.rfind('/') + 1) != "ssh") {
    return cannot_use(rsh);
  }
  for (std::size_t at = 1; at < words.size(); ++at) {
    const std::string& word = words[at];
    const bool has_value =
        word.size() > 1 && std::string_view("pliFo").find(word[1]) != std::string_view::npos;
    if (word.size() < 2 || word[0] != '-' || (!has_value && word != "-T" && word != "-x" && word != "-q")) {
      return cannot_use(rsh);
    }
    if (!has_value) {
      continue;
    }
    const bool is_attached = word.size() > 2;
    if (!is_attached && at + 1 == words.size()) {
      return cannot_use(rsh);
    }
    const std::string value = is_attached ? word.substr(2) : words[++at];
    if (value.find_first_of("\n\"") != std::string::npos) {
      return cannot_use(rsh);
    }
    if (word[1] == 'F') {
      settings.config_file = value;
    } else {
      TRY_ASSIGN(const std::string line, line_of(word[1], value));
      settings.lines += line + "\n";
    }
  }
  return settings;
}

Result<ConfiguredSession>
configure_session(const model::Location& location, const ConnectOptions& options)
{
  TRY_ASSIGN(const RshSettings settings, settings_of_rsh(options.rsh));
  ConfiguredSession made{SessionPtr(::ssh_new()), {}, home_folder()};
  if (!made.session) {
    return refusal("start libssh");
  }
  ssh_session session = made.session.get();
  const std::string folder = made.home + "/.ssh";
  ::ssh_set_blocking(session, 0);
  insist(session);
  ::ssh_options_set(session, SSH_OPTIONS_SSH_DIR, folder.c_str());
  if (::ssh_options_set(session, SSH_OPTIONS_HOST, location.host.c_str()) != SSH_OK) {
    return refusal(fmt::format("connect to {}: {}", escape(location.host), complaint_of(session)));
  }
  if (location.has_user) {
    ::ssh_options_set(session, SSH_OPTIONS_USER, location.user.c_str());
  }
  read_ssh_config(made.facts, settings.lines, location.host, folder);
  const std::string own = settings.config_file.empty() ? folder + "/config" : settings.config_file;
  read_ssh_config_file(made.facts, own, location.host, folder);
  if (settings.config_file.empty()) {
    read_ssh_config_file(made.facts, global_config, location.host, "/etc/ssh");
  }
  if (!made.facts.unsupported.empty()) {
    return needs_ssh_itself(fmt::format("honour '{}' of the ssh configuration for {} with libssh",
                                        escape(made.facts.unsupported), escape(location.host)));
  }
  TRY(parse_lines(session, settings.lines));
  TRY(parse_files(session, settings.config_file));
  insist(session);
  if (made.facts.identities_only) {
    ::ssh_options_set(session, SSH_OPTIONS_IDENTITY_AGENT, "/dev/null");
  }
  return made;
}

} // namespace godwit::transport
