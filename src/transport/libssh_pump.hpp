#pragma once

#include <string>

#include "godwit/base/bytes.hpp"
#include "godwit/base/result.hpp"
#include "godwit/fs/fd.hpp"
#include "transport/libssh_login.hpp"
#include "transport/stderr_lines.hpp"

namespace godwit::transport
{

// Carries bytes between two sockets and the channel of a session, and alone
// touches that session. Nothing in it blocks but one poll: libssh's blocking
// channel calls, and its connector, have hung in full duplex.
//
// Each direction holds one buffer and reads on only when that is empty, so a
// slow reader on either side is felt by the other: the socket fills, or the
// channel's window closes.
class LibsshPump
{
public:
  // `from_user` is read, `to_user` written; `wake` readable means stop.
  LibsshPump(LoggedIn logged_in, fs::Fd from_user, fs::Fd to_user, int wake, StderrLines& lines);
  ~LibsshPump();
  LibsshPump(const LibsshPump&) = delete;
  LibsshPump& operator=(const LibsshPump&) = delete;

  // Runs until the far end's command has ended and its bytes are delivered, the
  // line is cut, or a stop. Returns the exit status; 255 where there is none.
  int run();

private:
  enum class Step : unsigned char { idle, moved };

  Step take_from_user();
  Step give_to_far_end();
  Step take_from_far_end();
  Step give_to_user();
  Step take_stderr();
  // True if everything that can still come has come.
  bool is_over();
  // Sleeps only if `last` is idle. False on a stop or a broken session.
  bool await(Step last);
  int exit_status();

  // Bytes that libssh has read from the line. Any call of it may read; what
  // arrived behind the back of a step wakes no poll, so a pass in which this
  // grows is not idle.
  ssh_counter_struct m_line{};
  LoggedIn m_link;
  ssh_event m_event;
  fs::Fd m_from_user;
  fs::Fd m_to_user;
  int m_wake;
  StderrLines& m_lines;
  Bytes m_up;
  std::size_t m_up_at = 0;
  std::size_t m_up_end = 0;
  Bytes m_down;
  std::size_t m_down_at = 0;
  std::size_t m_down_end = 0;
  bool m_user_ended = false;    // nothing more to send
  bool m_eof_sent = false;      // and the far end knows
  bool m_far_end_ended = false; // nothing more to receive
};

} // namespace godwit::transport
