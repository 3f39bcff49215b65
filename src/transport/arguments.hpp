#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "godwit/base/result.hpp"
#include "godwit/transport/connect.hpp"

namespace godwit::transport
{

// Cuts a remote shell command into words as rsync does: at spaces alone,
// quotes keep them, a doubled quote inside quotes is one, no backslashes.
Result<std::vector<std::string>> split_rsh(std::string_view command);

// Refuses hosts, users and remote programs that could be taken for an option
// or act on a shell: a leading dash, control bytes, blanks, shell characters
// (the program may hold those: it is the user's own shell text, on one line).
Result<> check_target(const model::Location& location, const ConnectOptions& options);

// The system's ssh, told only what the far end's byte stream needs; the rest
// is the user's configuration.
std::vector<std::string> ssh_arguments(const model::Location& location, const ConnectOptions& options);

// ssh, by whatever path.
bool is_ssh(std::string_view program);

// rsync's order: COMMAND [-l user] host P agent; no -l if the command has one.
std::vector<std::string> rsh_arguments(std::vector<std::string> command, const model::Location& location,
                                       const ConnectOptions& options);

// The program's path by PATH, as execvp would find it.
std::optional<std::string> find_program(std::string_view name);

} // namespace godwit::transport
