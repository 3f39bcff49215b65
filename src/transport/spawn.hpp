#pragma once

#include <array>
#include <string>
#include <vector>

#include <sys/types.h>

#include "godwit/base/result.hpp"
#include "godwit/fs/fd.hpp"

namespace godwit::transport
{

// Two connected sockets with large buffers, close-on-exec, above 2.
Result<std::array<fs::Fd, 2>> socket_pair();

// Our ends of a program that runs.
struct Child {
  pid_t pid = -1;
  fs::Fd in;     // its stdout, a socket
  fs::Fd out;    // its stdin, a socket
  fs::Fd errors; // its stderr, a pipe
};

// Runs `argv` in this process group, so that it can ask on the terminal, with
// SIGINT ignored: Ctrl-C reaches us alone, and the run ends in order before
// the line goes. (ssh keeps an ignored SIGINT ignored.) Fails if the program
// cannot be executed.
Result<Child> start_program(const std::vector<std::string>& argv, mode_t user_umask);

} // namespace godwit::transport
