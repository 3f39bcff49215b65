#include "transport/libssh_pump.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace godwit::transport
{
namespace
{

constexpr std::size_t up_bytes = std::size_t{256} * 1024;
// libssh 0.10 makes the window as large as the read: below 4 MiB a pull over
// 50 ms runs at a third of its speed.
constexpr std::size_t down_bytes = std::size_t{4} * 1024 * 1024;
constexpr int no_status = 255; // ssh's own, for a command that was killed or a line that was cut

bool
is_later(int errno_value)
{
  return errno_value == EAGAIN || errno_value == EWOULDBLOCK || errno_value == EINTR;
}

} // namespace

LibsshPump::LibsshPump(LoggedIn logged_in, fs::Fd from_user, fs::Fd to_user, int wake, StderrLines& lines)
    : m_link(std::move(logged_in)), m_event(::ssh_event_new()), m_from_user(std::move(from_user)),
      m_to_user(std::move(to_user)), m_wake(wake), m_lines(lines)
{
  m_up.resize(up_bytes);
  m_down.resize(down_bytes);
  ::ssh_set_counters(m_link.session.get(), &m_line, nullptr);
  ::ssh_event_add_session(m_event, m_link.session.get());
}

LibsshPump::~LibsshPump()
{
  ::ssh_event_remove_session(m_event, m_link.session.get());
  ::ssh_event_free(m_event);
}

int
LibsshPump::run()
{
  for (;;) {
    const std::uint64_t before = m_line.in_bytes;
    const std::array steps = {give_to_user(), take_from_far_end(), take_stderr(), take_from_user(),
                              give_to_far_end()};
    const bool has_moved =
        m_line.in_bytes != before || std::find(steps.begin(), steps.end(), Step::moved) != steps.end();
    if (is_over()) {
      return exit_status();
    }
    if (!await(has_moved ? Step::moved : Step::idle)) {
      return exit_status();
    }
  }
}

LibsshPump::Step
LibsshPump::take_from_user()
{
  if (m_user_ended || m_up_at != m_up_end) {
    return Step::idle;
  }
  const ssize_t count = ::recv(m_from_user.get(), m_up.data(), m_up.size(), MSG_DONTWAIT);
  if (count < 0 && is_later(errno)) {
    return Step::idle;
  }
  m_up_at = 0;
  m_up_end = count > 0 ? static_cast<std::size_t>(count) : 0;
  m_user_ended = count <= 0;
  return Step::moved;
}

LibsshPump::Step
LibsshPump::give_to_far_end()
{
  ssh_channel channel = m_link.channel.get();
  if (m_eof_sent || ::ssh_channel_is_open(channel) == 0) {
    return Step::idle;
  }
  if (m_user_ended && m_up_at == m_up_end) {
    ::ssh_channel_send_eof(channel);
    m_eof_sent = true;
    return Step::moved;
  }
  const auto window = static_cast<std::size_t>(::ssh_channel_window_size(channel));
  const std::size_t most = std::min(m_up_end - m_up_at, window);
  const bool is_congested = (::ssh_get_poll_flags(m_link.session.get()) & SSH_WRITE_PENDING) != 0;
  if (most == 0 || is_congested) {
    return Step::idle;
  }
  const int count = ::ssh_channel_write(channel, m_up.data() + m_up_at, static_cast<std::uint32_t>(most));
  if (count <= 0) {
    return Step::idle; // a key exchange goes on, or the session is broken: await() tells
  }
  m_up_at += static_cast<std::size_t>(count);
  return Step::moved;
}

LibsshPump::Step
LibsshPump::take_from_far_end()
{
  ssh_channel channel = m_link.channel.get();
  if (m_far_end_ended || m_down_at != m_down_end) {
    return Step::idle;
  }
  const int count = ::ssh_channel_read_timeout(channel, m_down.data(), down_bytes, 0, 0);
  if (count > 0) {
    m_down_at = 0;
    m_down_end = static_cast<std::size_t>(count);
    return Step::moved;
  }
  const bool has_ended = ::ssh_channel_poll(channel, 0) == SSH_EOF || ::ssh_channel_is_open(channel) == 0;
  if (!has_ended) {
    return Step::idle;
  }
  m_far_end_ended = true;
  ::shutdown(m_to_user.get(), SHUT_WR);
  return Step::moved;
}

LibsshPump::Step
LibsshPump::give_to_user()
{
  if (m_down_at == m_down_end) {
    return Step::idle;
  }
  const ssize_t count =
      ::send(m_to_user.get(), m_down.data() + m_down_at, m_down_end - m_down_at, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count < 0 && is_later(errno)) {
    return Step::idle;
  }
  // A user who has closed wants no more: drop it, so that the far end can finish.
  m_down_at = count < 0 ? m_down_end : m_down_at + static_cast<std::size_t>(count);
  return Step::moved;
}

LibsshPump::Step
LibsshPump::take_stderr()
{
  std::array<char, 4096> buffer;
  ssh_channel channel = m_link.channel.get();
  const int count = ::ssh_channel_read_nonblocking(channel, buffer.data(), buffer.size(), 1);
  if (count <= 0) {
    return Step::idle;
  }
  m_lines.feed({buffer.data(), static_cast<std::size_t>(count)});
  return Step::moved;
}

bool
LibsshPump::is_over()
{
  return m_far_end_ended && m_down_at == m_down_end && ::ssh_channel_is_open(m_link.channel.get()) == 0;
}

bool
LibsshPump::await(Step last)
{
  ssh_session session = m_link.session.get();
  const bool wants_up = !m_user_ended && m_up_at == m_up_end;
  const bool wants_down = m_down_at != m_down_end;
  pollfd watched[] = {{::ssh_get_fd(session), poll_events(session), 0},
                      {wants_up ? m_from_user.get() : -1, POLLIN, 0},
                      {wants_down ? m_to_user.get() : -1, POLLOUT, 0},
                      {m_wake, POLLIN, 0}};
  ::poll(watched, std::size(watched), last == Step::moved ? 0 : -1);
  if (watched[3].revents != 0) {
    return false;
  }
  return ::ssh_event_dopoll(m_event, 0) != SSH_ERROR && ::ssh_is_connected(session) != 0;
}

int
LibsshPump::exit_status()
{
  const int status = ::ssh_channel_get_exit_status(m_link.channel.get());
  if (status >= 0) {
    return status;
  }
  if (::ssh_is_connected(m_link.session.get()) == 0) {
    m_lines.feed("connection lost: " + complaint_of(m_link.session.get()) + "\n");
  }
  return no_status;
}

} // namespace godwit::transport
