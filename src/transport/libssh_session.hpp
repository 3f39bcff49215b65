#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

#include <libssh/libssh.h>

#include "godwit/base/result.hpp"
#include "godwit/fs/fd.hpp"

namespace godwit::transport
{

struct SessionDeleter {
  void operator()(ssh_session session) const;
};
struct ChannelDeleter {
  void
  operator()(ssh_channel channel) const
  {
    ::ssh_channel_free(channel);
  }
};
using SessionPtr = std::unique_ptr<ssh_session_struct, SessionDeleter>;
using ChannelPtr = std::unique_ptr<ssh_channel_struct, ChannelDeleter>;

// What the session last complained about, escaped.
std::string complaint_of(ssh_session session);

// "cannot <text>", exit code 255: no connection, no login.
Error refusal(std::string text);

// What libssh cannot do, and the remedy: exit code 255 and "needs --transport=ssh".
Error needs_ssh_itself(std::string text);

// Drives calls of a nonblocking session until they are done: none of them may
// block, because libssh's blocking ones have hung. Each wait for the other
// side ends after `timeout_s` without a sign of it (0: never) or by a stop.
class Drive
{
public:
  static Result<Drive> make(ssh_session session, int timeout_s, std::stop_token stop);

  // Calls until the result is not `again`.
  template <class Call>
  Result<int>
  operator()(Call call, int again)
  {
    m_silence = {};
    for (;;) {
      const int result = call();
      if (result != again) {
        return result;
      }
      TRY(await_activity());
    }
  }

private:
  Drive(ssh_session session, int timeout_s, std::stop_token stop, fs::Fd wake)
      : m_session(session), m_timeout_s(timeout_s), m_stop(std::move(stop)), m_wake(std::move(wake))
  {
  }
  Result<> await_activity();

  ssh_session m_session;
  int m_timeout_s;
  std::stop_token m_stop;
  fs::Fd m_wake;
  std::chrono::steady_clock::duration
      m_silence{}; // of the other side; questions on the terminal do not count
};

// What poll should look for on the session's socket now.
short poll_events(ssh_session session);

} // namespace godwit::transport
