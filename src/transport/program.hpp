#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "godwit/fs/fd.hpp"
#include "godwit/transport/connect.hpp"
#include "godwit/transport/connection.hpp"
#include "transport/spawn.hpp"
#include "transport/stderr_lines.hpp"

namespace godwit::transport
{

// A connection to the stdin and stdout of a program that runs here: ssh, the
// -e command, or an agent without either. Two threads of its own: one waits for
// the program to end, one passes its stderr on.
class ProgramConnection final : public Connection
{
public:
  static Result<std::unique_ptr<Connection>> start(Child child, StderrLine on_stderr);
  ~ProgramConnection() override;

  int
  in_fd() const override
  {
    return m_child.in.get();
  }
  int
  out_fd() const override
  {
    return m_child.out.get();
  }
  void shutdown_write() override;
  void kill() override;
  ExitReport wait(std::chrono::steady_clock::time_point deadline) override;

private:
  ProgramConnection(Child child, fs::Fd ended, StderrLine on_stderr);
  void await_end();
  void pass_stderr_on();
  void send_signal(int number);
  // True if it ended in time.
  bool has_ended_by(std::chrono::steady_clock::time_point deadline);

  Child m_child;
  fs::Fd m_ended; // an eventfd: the program is gone, read what is left of stderr
  StderrLines m_lines;
  std::mutex m_mutex;
  std::condition_variable m_changed;
  bool m_is_gone = false; // the pid is no longer ours
  int m_status = 0;
  std::jthread m_waiter;
  std::jthread m_reader;
};

} // namespace godwit::transport
