#include "transport/terminal.hpp"

#include <cerrno>
#include <cstdint>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

#include "godwit/base/escape.hpp"
#include "godwit/fs/fd.hpp"

namespace godwit::transport
{
namespace
{

constexpr std::size_t max_answer_bytes = 1024;

// Switches a terminal's echo off until it goes.
class Silence
{
public:
  Silence(int terminal, Echo echo) : m_terminal(terminal)
  {
    m_is_set = echo == Echo::off && ::tcgetattr(terminal, &m_before) == 0;
    if (m_is_set) {
      termios silent = m_before;
      silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
      ::tcsetattr(terminal, TCSAFLUSH, &silent);
    }
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence()
  {
    if (m_is_set) {
      ::tcsetattr(m_terminal, TCSAFLUSH, &m_before);
    }
  }
  bool
  is_set() const
  {
    return m_is_set;
  }

private:
  int m_terminal;
  termios m_before{};
  bool m_is_set = false;
};

void
print(int terminal, std::string_view text)
{
  const auto count = ::write(terminal, text.data(), text.size());
  static_cast<void>(count);
}

Error
stopped()
{
  return make_error(ErrorKind::stopped, "cannot log in: stopped");
}

Result<std::string>
read_line(int terminal, int wake)
{
  std::string line;
  pollfd watched[] = {{terminal, POLLIN, 0}, {wake, POLLIN, 0}};
  while (line.size() < max_answer_bytes) {
    if (::poll(watched, 2, -1) == -1 && errno != EINTR) {
      return sys_error("cannot read from the terminal");
    }
    if (watched[1].revents != 0) {
      return stopped();
    }
    if (watched[0].revents == 0) {
      continue;
    }
    char byte = 0;
    const ssize_t count = ::read(terminal, &byte, 1);
    if (count == -1 && errno == EINTR) {
      continue;
    }
    if (count <= 0 || byte == '\n') {
      return line;
    }
    line += byte;
  }
  return line;
}

} // namespace

Result<std::string>
ask_on_terminal(std::string_view prompt, Echo echo, const std::stop_token& stop)
{
  const fs::Fd terminal(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
  const fs::Fd wake(::eventfd(0, EFD_CLOEXEC));
  if (!terminal || !wake) {
    return sys_error("cannot ask on the terminal");
  }
  const std::stop_callback on_stop(stop, [&] {
    const std::uint64_t one = 1;
    const auto count = ::write(wake.get(), &one, sizeof one);
    static_cast<void>(count);
  });
  const Silence silence(terminal.get(), echo);
  print(terminal.get(), escape(prompt));
  auto line = read_line(terminal.get(), wake.get());
  if (silence.is_set()) {
    print(terminal.get(), "\n");
  }
  return line;
}

} // namespace godwit::transport
