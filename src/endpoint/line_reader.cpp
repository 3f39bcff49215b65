#include "godwit/endpoint/line_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "godwit/base/assert.hpp"

namespace godwit::endpoint {

namespace {

constexpr std::size_t read_bytes = 256U << 10U;
// What was sent before the peer ended may still come on other lines; those of a peer that has gone end as well.
constexpr auto patience_after_end = std::chrono::seconds(2);

// In a pipe of 64 KiB what comes would wait in sshd, whose buffer of a full window (2 MiB) is copied each time that
// it grows: 1 s of CPU for 100 MB. Where the pipe cannot be made wider, or is a socket, it works as it is.
constexpr int pipe_bytes = 1 << 20; // what everybody is allowed

void
prepare(int fd)
{
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  ::fcntl(fd, F_SETPIPE_SZ, pipe_bytes);
}

Error
no_answer()
{
  return make_error(ErrorKind::timeout, "no answer from the other side in time");
}

} // namespace

LineReader::LineReader(int fd, const Waker& waker) : m_waker(waker), m_changed(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
  ASSERT(m_changed != -1);
  prepare(fd);
  m_lines.push_back({fd, nullptr});
  m_order.add_line();
}

LineReader::~LineReader()
{
  ::close(m_changed);
}

void
LineReader::add(int fd, OnHeard on_heard)
{
  prepare(fd);
  {
    const std::scoped_lock lock(m_mutex);
    m_added.push_back({fd, std::move(on_heard)});
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(m_changed, &one, sizeof one); // full means: it knows
}

void
LineReader::adopt()
{
  const std::scoped_lock lock(m_mutex);
  for (Line& line : m_added) {
    m_lines.push_back(std::move(line));
    m_order.add_line();
  }
  m_added.clear();
}

Result<ByteView>
LineReader::read(Deadline deadline)
{
  while (true) {
    TRY_ASSIGN(const ByteView ready, m_order.next());
    if (!ready.empty()) {
      return ready;
    }
    adopt(); // before anything is given up: a chunk may come on a line that was just added
    if (m_order.is_lost()) {
      return m_has_ended ? end_of_stream() : Result<ByteView>(proto::damaged_stream());
    }
    TRY(read_some(deadline));
  }
}

Result<bool>
LineReader::read_early(Deadline deadline)
{
  TRY(read_some(deadline));
  return !m_has_ended;
}

// One line is read first and waited for only if it is empty: that spares a call.
Result<>
LineReader::read_some(Deadline deadline)
{
  if (m_waker.is_woken()) {
    return make_error(ErrorKind::stopped, "stopped");
  }
  if (m_lines.size() == 1) {
    TRY_ASSIGN(const bool moved, read_line(0));
    if (moved) {
      return {};
    }
  }
  return wait_and_read(deadline);
}

Result<>
LineReader::wait_and_read(Deadline deadline)
{
  m_polled.assign(1, {m_changed, POLLIN, 0});
  m_polled_lines.clear();
  for (std::size_t line = 0; line < m_lines.size(); ++line) {
    if (m_order.may_read(line)) {
      m_polled.push_back({m_lines[line].fd, POLLIN, 0});
      m_polled_lines.push_back(line);
    }
  }
  const auto until = std::min({deadline.value_or(Clock::time_point::max()), silence_ends(), m_patience_ends});
  const Clock::time_point began = Clock::now();
  TRY_ASSIGN(const bool ready, m_waker.wait(m_polled, until));
  const auto waited = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began);
  m_waited_us += static_cast<std::uint64_t>(waited.count());
  if (!ready && !m_has_ended) {
    return no_answer();
  }
  if (!ready) {
    for (const std::size_t line : m_polled_lines) {
      m_order.end_line(line);
    }
    return {};
  }
  if (m_polled[0].revents != 0) {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = ::read(m_changed, &count, sizeof count);
    adopt();
  }
  for (std::size_t i = 0; i < m_polled_lines.size(); ++i) {
    if (m_polled[i + 1].revents != 0) {
      TRY_ASSIGN([[maybe_unused]] const bool moved, read_line(m_polled_lines[i]));
    }
  }
  return {};
}

// False: nothing there yet.
Result<bool>
LineReader::read_line(std::size_t line)
{
  const ByteSpan room = m_order.room(line, read_bytes);
  const ssize_t count = ::read(m_lines[line].fd, room.data(), std::min(room.size(), read_bytes));
  if (count > 0) {
    if (m_order.is_awaited(line)) {
      m_last_heard = Clock::now();
    }
    m_order.came(line, static_cast<std::size_t>(count));
    m_bytes += static_cast<std::uint64_t>(count);
    if (auto on_heard = std::exchange(m_lines[line].on_heard, nullptr)) {
      on_heard(true);
    }
    return true;
  }
  if (count == 0 || errno == ECONNRESET || errno == EIO) {
    end_line(line);
    return true;
  }
  if (errno == EAGAIN) {
    return false;
  }
  return errno == EINTR ? Result<bool>(true) : sys_error("cannot read from the other side");
}

void
LineReader::end_line(std::size_t line)
{
  m_order.end_line(line);
  if (auto on_heard = std::exchange(m_lines[line].on_heard, nullptr)) {
    on_heard(false);
    return;
  }
  if (!std::exchange(m_has_ended, true)) {
    m_patience_ends = Clock::now() + patience_after_end;
  }
}

// Where nothing had come for long before the line ended, the silence is what is to be told: the peer
// has given up, for the same reason.
Result<ByteView>
LineReader::end_of_stream() const
{
  if (Clock::now() > silence_ends()) {
    return no_answer();
  }
  return ByteView();
}

LineReader::Clock::time_point
LineReader::silence_ends() const
{
  return m_timeout_s == 0 ? Clock::time_point::max() : m_last_heard + std::chrono::seconds(m_timeout_s);
}

} // namespace godwit::endpoint
