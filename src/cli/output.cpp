#include "output.hpp"

#include <cerrno>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

namespace godwit::cli
{

namespace
{

constexpr std::size_t flush_bytes = 64 * 1024;

Result<>
write_all(int fd, std::string_view text)
{
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written == -1 && errno != EINTR) {
      return sys_error("cannot write to the standard output");
    }
    text.remove_prefix(written == -1 ? 0 : static_cast<std::size_t>(written));
  }
  return {};
}

// What is lost on standard error can be told to nobody.
void
write_error(int fd, std::string_view text)
{
  [[maybe_unused]] const Result<> written = write_all(fd, text);
}

std::size_t
columns_of(int fd)
{
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col != 0 ? size.ws_col : 80U;
}

} // namespace

Output::Streams
Output::process_streams()
{
  return {STDOUT_FILENO, STDERR_FILENO, ::isatty(STDOUT_FILENO) == 1, ::isatty(STDERR_FILENO) == 1};
}

Output::Output(Streams streams, std::function<void()> on_lost)
    : m_streams(streams), m_on_lost(std::move(on_lost))
{
}

Output::~Output()
{
  finish();
}

void
Output::finish()
{
  set_live({});
  end_open_line();
  flush();
}

void
Output::line(std::string_view text)
{
  end_open_line();
  m_buffer.append(text).push_back('\n');
  if (m_streams.out_is_terminal || m_buffer.size() >= flush_bytes) {
    flush();
  }
}

void
Output::error_line(std::string_view text)
{
  end_open_line();
  flush();
  clear_live();
  write_error(m_streams.err, std::string(text) + '\n');
  draw_live();
}

void
Output::redraw(std::string_view text)
{
  m_line_is_open = true;
  m_buffer.append("\r").append(text);
  flush();
}

void
Output::set_live(std::string text)
{
  if (!m_streams.err_is_terminal || text == m_live) {
    return;
  }
  clear_live();
  m_live = std::move(text);
  draw_live();
}

void
Output::flush()
{
  if (m_buffer.empty()) {
    return;
  }
  clear_live();
  write_out(m_buffer);
  m_buffer.clear();
  draw_live();
}

void
Output::end_open_line()
{
  if (std::exchange(m_line_is_open, false)) {
    m_buffer.push_back('\n');
  }
}

void
Output::write_out(std::string_view text)
{
  if (!m_outcome) {
    return;
  }
  m_outcome = write_all(m_streams.out, text);
  if (!m_outcome && m_on_lost) {
    m_on_lost();
  }
}

void
Output::clear_live()
{
  if (std::exchange(m_live_is_drawn, false)) {
    write_error(m_streams.err, "\r\033[K");
  }
}

void
Output::draw_live()
{
  if (!m_live.empty()) {
    write_error(m_streams.err, m_live.substr(0, columns_of(m_streams.err) - 1));
    m_live_is_drawn = true;
  }
}

} // namespace godwit::cli
