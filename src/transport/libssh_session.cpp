#include "transport/libssh_session.hpp"

#include <chrono>
#include <cstdint>

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "godwit/base/escape.hpp"

namespace godwit::transport
{
namespace
{

using Clock = std::chrono::steady_clock;

constexpr int login_exit_code = 255;
constexpr int slice_ms = 100; // packets that libssh has read already wake no poll

} // namespace

void
SessionDeleter::operator()(ssh_session session) const
{
  if (::ssh_is_connected(session) != 0) {
    ::ssh_disconnect(session);
  }
  ::ssh_free(session);
}

std::string
complaint_of(ssh_session session)
{
  const char* text = ::ssh_get_error(session);
  return text != nullptr && *text != '\0' ? escape(text) : "no cause given";
}

Error
refusal(std::string text)
{
  Error error = make_error(ErrorKind::connect, "cannot " + std::move(text));
  error.exit_code = login_exit_code;
  return error;
}

Error
needs_ssh_itself(std::string text)
{
  return refusal(std::move(text) + ": this needs --transport=ssh");
}

short
poll_events(ssh_session session)
{
  const int pending = ::ssh_get_poll_flags(session);
  return static_cast<short>(POLLIN | ((pending & SSH_WRITE_PENDING) != 0 ? POLLOUT : 0));
}

Result<Drive>
Drive::make(ssh_session session, int timeout_s, std::stop_token stop)
{
  fs::Fd wake(::eventfd(0, EFD_CLOEXEC));
  if (!wake) {
    return sys_error("cannot log in");
  }
  return Drive(session, timeout_s, std::move(stop), std::move(wake));
}

Result<>
Drive::await_activity()
{
  const std::stop_callback on_stop(m_stop, [this] {
    const std::uint64_t one = 1;
    const auto count = ::write(m_wake.get(), &one, sizeof one);
    static_cast<void>(count);
  });
  pollfd watched[] = {{::ssh_get_fd(m_session), poll_events(m_session), 0}, {m_wake.get(), POLLIN, 0}};
  const auto before = Clock::now();
  ::poll(watched, 2, slice_ms);
  if (watched[1].revents != 0) {
    return make_error(ErrorKind::stopped, "cannot log in: stopped");
  }
  m_silence = watched[0].revents != 0 ? Clock::duration::zero() : m_silence + (Clock::now() - before);
  if (m_timeout_s > 0 && m_silence > std::chrono::seconds(m_timeout_s)) {
    return make_error(ErrorKind::timeout, fmt::format("cannot connect: no answer in {} s", m_timeout_s));
  }
  return {};
}

} // namespace godwit::transport
