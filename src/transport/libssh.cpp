#include "transport/libssh.hpp"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transport/libssh_login.hpp"
#include "transport/libssh_pump.hpp"
#include "transport/spawn.hpp"
#include "transport/stderr_lines.hpp"

namespace godwit::transport
{
namespace
{

using Clock = std::chrono::steady_clock;

// The pump's ends of two socket pairs, and ours.
struct Sockets {
  fs::Fd user_in;
  fs::Fd user_out;
  fs::Fd pump_in;  // what the user wrote
  fs::Fd pump_out; // what the user reads
  fs::Fd wake;     // an eventfd
};

Result<Sockets>
make_sockets()
{
  TRY_ASSIGN(auto up, socket_pair());
  TRY_ASSIGN(auto down, socket_pair());
  fs::Fd wake(::eventfd(0, EFD_CLOEXEC));
  if (!wake) {
    return sys_error("cannot make an event descriptor");
  }
  return Sockets{std::move(down[0]), std::move(up[0]), std::move(up[1]), std::move(down[1]), std::move(wake)};
}

class LibsshConnection final : public Connection
{
public:
  LibsshConnection(LoggedIn logged_in, Sockets sockets, StderrLine on_stderr)
      : m_sockets(std::move(sockets)), m_lines(std::move(on_stderr)),
        m_pump(std::make_unique<LibsshPump>(std::move(logged_in), std::move(m_sockets.pump_in),
                                            std::move(m_sockets.pump_out), m_sockets.wake.get(), m_lines)),
        m_thread([this] { carry(); })
  {
  }

  ~LibsshConnection() override { kill(); }

  int
  in_fd() const override
  {
    return m_sockets.user_in.get();
  }
  int
  out_fd() const override
  {
    return m_sockets.user_out.get();
  }
  void
  shutdown_write() override
  {
    ::shutdown(m_sockets.user_out.get(), SHUT_WR);
  }

  void
  kill() override
  {
    ::shutdown(m_sockets.user_in.get(), SHUT_RDWR);
    ::shutdown(m_sockets.user_out.get(), SHUT_RDWR);
    const std::uint64_t one = 1;
    const auto count = ::write(m_sockets.wake.get(), &one, sizeof one);
    static_cast<void>(count);
  }

  ExitReport
  wait(Clock::time_point deadline) override
  {
    std::unique_lock lock(m_mutex);
    if (!m_changed.wait_until(lock, deadline, [&] { return m_is_over; })) {
      lock.unlock();
      kill();
      lock.lock();
      m_changed.wait(lock, [&] { return m_is_over; });
    }
    return {m_status, false, m_lines.tail()};
  }

private:
  // The pump's thread. The session goes with the pump, here.
  void
  carry()
  {
    const int status = m_pump->run();
    m_pump.reset();
    m_lines.finish();
    const std::scoped_lock lock(m_mutex);
    m_status = status;
    m_is_over = true;
    m_changed.notify_all();
  }

  Sockets m_sockets;
  StderrLines m_lines;
  std::unique_ptr<LibsshPump> m_pump;
  std::mutex m_mutex;
  std::condition_variable m_changed;
  bool m_is_over = false;
  int m_status = 0;
  std::jthread m_thread;
};

} // namespace

Result<std::unique_ptr<Connection>>
connect_by_libssh(const model::Location& location, const ConnectOptions& options)
{
  TRY_ASSIGN(auto sockets, make_sockets());
  TRY_ASSIGN(auto logged_in, log_in(location, options));
  return std::unique_ptr<Connection>(
      std::make_unique<LibsshConnection>(std::move(logged_in), std::move(sockets), options.on_stderr));
}

} // namespace godwit::transport
