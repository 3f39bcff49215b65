#include "transport/program.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace godwit::transport
{
namespace
{

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto term_to_kill = 500ms; // ssh puts a terminal's echo back and goes within a few

ExitReport
report_of(int status, const std::string& tail)
{
  if (WIFSIGNALED(status)) {
    return {128 + WTERMSIG(status), true, tail};
  }
  return {WEXITSTATUS(status), false, tail};
}

} // namespace

Result<std::unique_ptr<Connection>>
ProgramConnection::start(Child child, StderrLine on_stderr)
{
  fs::Fd ended(::eventfd(0, EFD_CLOEXEC));
  const int flags = ::fcntl(child.errors.get(), F_GETFL);
  if (!ended || flags == -1 || ::fcntl(child.errors.get(), F_SETFL, flags | O_NONBLOCK) == -1) {
    const Error error = sys_error("cannot watch the remote shell");
    ::kill(child.pid, SIGKILL);
    ::waitpid(child.pid, nullptr, 0);
    return error;
  }
  return std::unique_ptr<Connection>(
      new ProgramConnection(std::move(child), std::move(ended), std::move(on_stderr)));
}

ProgramConnection::ProgramConnection(Child child, fs::Fd ended, StderrLine on_stderr)
    : m_child(std::move(child)), m_ended(std::move(ended)), m_lines(std::move(on_stderr)),
      m_waiter([this] { await_end(); }), m_reader([this] { pass_stderr_on(); })
{
}

ProgramConnection::~ProgramConnection()
{
  kill();
  static_cast<void>(wait(Clock::now() + term_to_kill));
}

void
ProgramConnection::shutdown_write()
{
  ::shutdown(m_child.out.get(), SHUT_WR);
}

void
ProgramConnection::kill()
{
  // Not closed: other threads may be inside read or write on them.
  ::shutdown(m_child.in.get(), SHUT_RDWR);
  ::shutdown(m_child.out.get(), SHUT_RDWR);
  send_signal(SIGTERM);
}

ExitReport
ProgramConnection::wait(Clock::time_point deadline)
{
  if (!has_ended_by(deadline)) {
    kill();
    if (!has_ended_by(Clock::now() + term_to_kill)) {
      send_signal(SIGKILL);
    }
  }
  if (m_waiter.joinable()) {
    m_waiter.join();
  }
  if (m_reader.joinable()) {
    m_reader.join();
  }
  return report_of(m_status, m_lines.tail());
}

bool
ProgramConnection::has_ended_by(Clock::time_point deadline)
{
  std::unique_lock lock(m_mutex);
  return m_changed.wait_until(lock, deadline, [&] { return m_is_gone; });
}

void
ProgramConnection::send_signal(int number)
{
  const std::scoped_lock lock(m_mutex);
  if (!m_is_gone) {
    ::kill(m_child.pid, number);
  }
}

// The pid stays a zombie, hence ours, until m_is_gone is set under the mutex:
// no signal can meet a stranger.
void
ProgramConnection::await_end()
{
  siginfo_t ignored{};
  while (::waitid(P_PID, static_cast<id_t>(m_child.pid), &ignored, WEXITED | WNOWAIT) == -1 &&
         errno == EINTR) {
  }
  {
    const std::scoped_lock lock(m_mutex);
    ::waitpid(m_child.pid, &m_status, 0);
    m_is_gone = true;
    m_changed.notify_all();
  }
  const std::uint64_t one = 1;
  const auto count = ::write(m_ended.get(), &one, sizeof one);
  static_cast<void>(count);
}

// Until the program is gone and its last words are read, not until the end of
// the pipe: a ControlPersist master keeps that open in the background.
void
ProgramConnection::pass_stderr_on()
{
  std::array<char, 4096> buffer;
  pollfd watched[] = {{m_child.errors.get(), POLLIN, 0}, {m_ended.get(), POLLIN, 0}};
  for (;;) {
    const ssize_t count = ::read(m_child.errors.get(), buffer.data(), buffer.size());
    if (count > 0) {
      m_lines.feed({buffer.data(), static_cast<std::size_t>(count)});
      continue;
    }
    const bool is_dry = count == -1 && (errno == EAGAIN || errno == EINTR);
    if (!is_dry || watched[1].revents != 0) {
      break;
    }
    ::poll(watched, 2, -1);
  }
  m_lines.finish();
}

} // namespace godwit::transport
