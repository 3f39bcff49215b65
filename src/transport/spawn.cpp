#include "transport/spawn.hpp"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "godwit/base/escape.hpp"
#include "transport/arguments.hpp"

namespace godwit::transport
{
namespace
{

using fs::Fd;

// A socketpair with room makes the same ssh 1.3 to 1.5 times faster than a pipe.
constexpr int socket_buffer_bytes = 4 * 1024 * 1024;
constexpr int ipc_exit_code = 14; // rsync's, when the remote shell cannot be run

// dup2 in the child must not meet its own sources, should we run without a stdin.
Result<Fd>
above_stdio(Fd fd)
{
  if (fd.get() > STDERR_FILENO) {
    return fd;
  }
  const int moved = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (moved == -1) {
    return sys_error("cannot duplicate a file descriptor");
  }
  return Fd(moved);
}

void
enlarge(int fd)
{
  for (const auto& [forced, asked] : {std::array{SO_SNDBUFFORCE, SO_SNDBUF}, {SO_RCVBUFFORCE, SO_RCVBUF}}) {
    if (::setsockopt(fd, SOL_SOCKET, forced, &socket_buffer_bytes, sizeof socket_buffer_bytes) != 0) {
      ::setsockopt(fd, SOL_SOCKET, asked, &socket_buffer_bytes, sizeof socket_buffer_bytes);
    }
  }
}

Result<std::array<Fd, 2>>
make_pipe()
{
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    return sys_error("cannot make a pipe");
  }
  Fd reader(ends[0]);
  Fd writer(ends[1]);
  TRY_ASSIGN(Fd moved_reader, above_stdio(std::move(reader)));
  TRY_ASSIGN(Fd moved_writer, above_stdio(std::move(writer)));
  return std::array{std::move(moved_reader), std::move(moved_writer)};
}

struct ChildEnds {
  const char* path;
  char* const* argv;
  int in;
  int out;
  int errors;
  int report; // gets errno if exec fails
  mode_t umask;
};

// Between fork and exec: only what is safe there. Handlers go by exec itself;
// what this program ignores or blocks is undone here.
[[noreturn]] void
become(const ChildEnds& ends)
{
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGXFSZ, SIG_DFL);
  ::signal(SIGINT, SIG_IGN);
  ::umask(ends.umask);
  if (::dup2(ends.in, STDIN_FILENO) != -1 && ::dup2(ends.out, STDOUT_FILENO) != -1 &&
      ::dup2(ends.errors, STDERR_FILENO) != -1) {
    ::execv(ends.path, ends.argv);
  }
  const int cause = errno;
  const auto ignored = ::write(ends.report, &cause, sizeof cause);
  static_cast<void>(ignored);
  ::_exit(127);
}

// The errno of a failed exec; 0 once the program runs.
int
exec_result(int report)
{
  int cause = 0;
  ssize_t count = 0;
  do {
    count = ::read(report, &cause, sizeof cause);
  } while (count == -1 && errno == EINTR);
  return count == sizeof cause ? cause : 0;
}

Error
cannot_run(const std::string& name, int cause)
{
  Error error = sys_error(fmt::format("cannot run {}", escape(name)), cause);
  error.exit_code = ipc_exit_code;
  return error;
}

// Inherited as ignored, SIGCHLD would lose us the exit status.
void
keep_exit_status()
{
  struct sigaction now {
  };
  if (::sigaction(SIGCHLD, nullptr, &now) == 0 && now.sa_handler == SIG_IGN) {
    ::signal(SIGCHLD, SIG_DFL);
  }
}

} // namespace

Result<std::array<Fd, 2>>
socket_pair()
{
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return sys_error("cannot make a socket pair");
  }
  Fd first(ends[0]);
  Fd second(ends[1]);
  enlarge(first.get());
  enlarge(second.get());
  TRY_ASSIGN(Fd moved_first, above_stdio(std::move(first)));
  TRY_ASSIGN(Fd moved_second, above_stdio(std::move(second)));
  return std::array{std::move(moved_first), std::move(moved_second)};
}

Result<Child>
start_program(const std::vector<std::string>& argv, mode_t user_umask)
{
  const auto path = find_program(argv.front());
  if (!path) {
    return cannot_run(argv.front(), ENOENT);
  }
  TRY_ASSIGN(auto to_child, socket_pair());
  TRY_ASSIGN(auto from_child, socket_pair());
  TRY_ASSIGN(auto errors, make_pipe());
  TRY_ASSIGN(auto report, make_pipe());
  std::vector<char*> pointers;
  pointers.reserve(argv.size() + 1);
  for (const std::string& word : argv) {
    pointers.push_back(const_cast<char*>(word.c_str()));
  }
  pointers.push_back(nullptr);
  keep_exit_status();
  const pid_t pid = ::fork();
  if (pid == 0) {
    become({path->c_str(), pointers.data(), to_child[1].get(), from_child[1].get(), errors[1].get(),
            report[1].get(), user_umask});
  }
  if (pid == -1) {
    return cannot_run(argv.front(), errno);
  }
  report[1].reset();
  if (const int cause = exec_result(report[0].get()); cause != 0) {
    ::waitpid(pid, nullptr, 0);
    return cannot_run(argv.front(), cause);
  }
  return Child{pid, std::move(from_child[0]), std::move(to_child[0]), std::move(errors[0])};
}

} // namespace godwit::transport
