#include "transport/arguments.hpp"

#include <cstdlib>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "godwit/base/escape.hpp"

namespace godwit::transport
{
namespace
{

Error
usage_error(std::string text)
{
  Error error = make_error(ErrorKind::usage, std::move(text));
  error.exit_code = 1;
  return error;
}

// Takes one word from the front of `rest`, which does not begin with a space.
// Returns the quote that was left open, or 0.
char
take_word(std::string_view& rest, std::string& word)
{
  char open = 0;
  std::size_t at = 0;
  while (at < rest.size() && (open != 0 || rest[at] != ' ')) {
    const char now = rest[at++];
    const bool is_doubled = open != 0 && now == open && at < rest.size() && rest[at] == open;
    if (is_doubled) {
      word += rest[at++];
    } else if (open == 0 && (now == '\'' || now == '"')) {
      open = now;
    } else if (now == open) {
      open = 0;
    } else {
      word += now;
    }
  }
  rest.remove_prefix(at);
  return open;
}

bool
is_harmful(char c)
{
  const auto byte = static_cast<unsigned char>(c);
  constexpr std::string_view shell = " '\"`$;&<>|(){}";
  return byte < 0x20 || byte == 0x7f || shell.find(c) != std::string_view::npos;
}

// "" if the name may be handed to a remote shell's argument list, else why not.
std::string_view
complaint(std::string_view name, std::string_view allowed)
{
  if (name.empty()) {
    return "is empty";
  }
  if (name.front() == '-') {
    return "begins with a dash";
  }
  for (const char c : name) {
    if (is_harmful(c) || (c == '\\' && allowed.find(c) == std::string_view::npos)) {
      return "holds a character that no such name has";
    }
  }
  return "";
}

bool
asks_by_program()
{
  const char* askpass = std::getenv("SSH_ASKPASS");
  return askpass != nullptr && *askpass != '\0';
}

bool
is_executable_file(const std::string& path)
{
  struct stat status {
  };
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

} // namespace

Result<std::vector<std::string>>
split_rsh(std::string_view command)
{
  std::vector<std::string> words;
  std::string_view rest = command;
  while (!rest.empty()) {
    if (rest.front() == ' ') {
      rest.remove_prefix(1);
      continue;
    }
    if (const char open = take_word(rest, words.emplace_back()); open != 0) {
      return usage_error(fmt::format("cannot use --rsh={}: a {} is not closed", escape(command), open));
    }
  }
  if (words.empty() || words.front().empty()) {
    return usage_error("cannot use --rsh: it names no command");
  }
  return words;
}

Result<>
check_target(const model::Location& location, const ConnectOptions& options)
{
  const std::string host = escape(location.host);
  if (const auto why = complaint(location.host, ""); !why.empty()) {
    return usage_error(fmt::format("cannot connect to '{}': the host name {}", host, why));
  }
  if (location.has_user) {
    if (const auto why = complaint(location.user, "\\"); !why.empty()) {
      return usage_error(
          fmt::format("cannot connect to {}: the user name '{}' {}", host, escape(location.user), why));
    }
  }
  const std::string& program = options.remote_program;
  if (program.empty() || program.find_first_of(std::string_view("\n\r\0", 3)) != std::string::npos) {
    return usage_error(
        fmt::format("cannot use --rsync-path={}: it must be one line, not empty", escape(program)));
  }
  return {};
}

std::vector<std::string>
ssh_arguments(const model::Location& location, const ConnectOptions& options)
{
  std::vector<std::string> words = {"ssh", "-T", "-x"};
  const auto set = [&](std::string option) {
    words.emplace_back("-o");
    words.push_back(std::move(option));
  };
  if (options.asks_nothing || (!options.has_terminal && !asks_by_program())) {
    set("BatchMode=yes");
  }
  if (options.connect_timeout_s > 0) {
    set(fmt::format("ConnectTimeout={}", options.connect_timeout_s));
  }
  set("ClearAllForwardings=yes");
  set("RemoteCommand=none");
  set("PermitLocalCommand=no");
  set("Compression=no");
  if (location.has_user) {
    words.emplace_back("-l");
    words.push_back(location.user);
  }
  words.insert(words.end(), {"--", location.host, options.remote_program, "agent"});
  return words;
}

bool
is_ssh(std::string_view program)
{
  const std::size_t slash = program.rfind('/');
  return program.substr(slash == std::string_view::npos ? 0 : slash + 1) == "ssh";
}

std::vector<std::string>
rsh_arguments(std::vector<std::string> command, const model::Location& location,
              const ConnectOptions& options)
{
  bool has_login = false;
  for (std::size_t at = 1; at + 1 < command.size(); ++at) {
    has_login = has_login || (command[at] == "-l" && !command[at + 1].starts_with('-'));
  }
  if (options.asks_nothing && is_ssh(command.front())) { // first, since ssh takes an option's first value
    command.insert(command.begin() + 1, {"-o", "BatchMode=yes"});
  }
  if (location.has_user && !has_login) {
    command.emplace_back("-l");
    command.push_back(location.user);
  }
  command.insert(command.end(), {location.host, options.remote_program, "agent"});
  return command;
}

std::optional<std::string>
find_program(std::string_view name)
{
  if (name.find('/') != std::string_view::npos) {
    return std::string(name);
  }
  const char* set = std::getenv("PATH");
  std::string_view rest = set != nullptr ? set : "/usr/local/bin:/usr/bin:/bin";
  for (bool is_last = false; !is_last;) {
    const std::size_t colon = rest.find(':');
    is_last = colon == std::string_view::npos;
    const std::string_view folder = rest.substr(0, colon);
    std::string path = fmt::format("{}/{}", folder.empty() ? "." : folder, name);
    if (is_executable_file(path)) {
      return path;
    }
    rest.remove_prefix(is_last ? rest.size() : colon + 1);
  }
  return std::nullopt;
}

} // namespace godwit::transport
