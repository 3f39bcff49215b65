#include "godwit/endpoint/line_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "godwit/proto/chunk.hpp"

namespace godwit::endpoint {

namespace {

// A line with more of its own under way than the others would be waited for. Small chunks stay on one line:
// to wake another process for each costs more than it brings.
constexpr int socket_bytes_beside_others = 256 << 10;
constexpr std::size_t chunk_to_move_on = 32U << 10U;

void
make_nonblocking(int fd)
{
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

Error
no_room()
{
  return make_error(ErrorKind::timeout, "no answer from the other side in time");
}

} // namespace

LineWriter::LineWriter(int fd, const Waker& waker) : m_waker(waker), m_limit(0)
{
  make_nonblocking(fd);
  m_lines.push_back({fd, {}, false});
}

void
LineWriter::add(int fd)
{
  make_nonblocking(fd);
  const std::scoped_lock lock(m_mutex);
  m_added.push_back(fd);
}

void
LineWriter::adopt()
{
  const std::scoped_lock lock(m_mutex);
  if (m_added.empty()) {
    return;
  }
  m_at = m_lines.size();
  for (const int fd : std::exchange(m_added, {})) {
    m_lines.push_back({fd, {}, true});
  }
  for (const Line& line : m_lines) { // no pipe takes it, but a pipe is small
    ::setsockopt(line.fd, SOL_SOCKET, SO_SNDBUF, &socket_bytes_beside_others, sizeof socket_bytes_beside_others);
  }
}

Result<>
LineWriter::write(ByteView chunks)
{
  adopt();
  if (!has_rest()) {
    m_last_moved = Clock::now(); // nothing was to be moved before
  }
  if (m_lines.size() == 1) {
    return write_whole(m_lines.front(), chunks);
  }
  while (!chunks.empty()) {
    const ByteView chunk = chunks.first(proto::ChunkHead::size_of_chunk(chunks));
    TRY_ASSIGN(const std::size_t at, idle_line());
    TRY_ASSIGN(const std::size_t count, put(m_lines[at], chunk));
    append(m_lines[at].rest, chunk.subspan(count));
    m_lines[at].is_fresh = false;
    m_at = next_line(at, count != chunk.size() || chunk.size() >= chunk_to_move_on);
    chunks = chunks.subspan(chunk.size());
  }
  return {};
}

std::size_t
LineWriter::next_line(std::size_t at, bool moves_on) const
{
  const auto fresh = std::find_if(m_lines.begin(), m_lines.end(), [](const Line& line) { return line.is_fresh; });
  if (fresh != m_lines.end()) {
    return static_cast<std::size_t>(fresh - m_lines.begin());
  }
  return moves_on ? (at + 1) % m_lines.size() : at;
}

bool
LineWriter::has_fresh_line() const
{
  return std::any_of(m_lines.begin(), m_lines.end(), [](const Line& line) { return line.is_fresh; });
}

Result<>
LineWriter::write_whole(const Line& line, ByteView bytes)
{
  while (true) {
    TRY_ASSIGN(const std::size_t count, put(line, bytes));
    bytes = bytes.subspan(count);
    if (bytes.empty()) {
      return {};
    }
    m_polled.assign(1, {line.fd, POLLOUT, 0});
    TRY_ASSIGN(const bool ready, m_waker.wait(m_polled, stuck_at()));
    if (!ready) {
      return no_room();
    }
  }
}

bool
LineWriter::has_rest() const
{
  return std::any_of(m_lines.begin(), m_lines.end(), [](const Line& line) { return !line.rest.empty(); });
}

Result<std::size_t>
LineWriter::idle_line()
{
  while (true) {
    for (std::size_t i = 0; i < m_lines.size(); ++i) {
      const std::size_t at = (m_at + i) % m_lines.size();
      if (m_lines[at].rest.empty()) {
        return at;
      }
    }
    TRY(write_rest(std::nullopt));
  }
}

Result<>
LineWriter::write_rest(Deadline deadline)
{
  m_polled.clear();
  m_polled_lines.clear();
  for (std::size_t line = 0; line < m_lines.size(); ++line) {
    if (!m_lines[line].rest.empty()) {
      m_polled.push_back({m_lines[line].fd, POLLOUT, 0});
      m_polled_lines.push_back(line);
    }
  }
  TRY_ASSIGN(const bool ready, m_waker.wait(m_polled, std::min(deadline.value_or(stuck_at()), stuck_at())));
  if (!ready && Clock::now() >= stuck_at()) {
    return no_room();
  }
  for (std::size_t i = 0; i < m_polled_lines.size(); ++i) {
    if (m_polled[i].revents != 0) {
      Line& line = m_lines[m_polled_lines[i]];
      TRY_ASSIGN(const std::size_t count, put(line, line.rest));
      drop_front(line.rest, count);
    }
  }
  return {};
}

Result<>
LineWriter::drain()
{
  while (has_rest()) {
    TRY(write_rest(std::nullopt));
  }
  return {};
}

// As much as there is room for.
Result<std::size_t>
LineWriter::put(const Line& line, ByteView bytes)
{
  std::size_t done = 0;
  while (done != bytes.size()) {
    if (m_waker.is_woken()) {
      return make_error(ErrorKind::stopped, "stopped");
    }
    const ssize_t count = ::write(line.fd, bytes.data() + done, m_limit.portion(bytes.size() - done));
    if (count >= 0) {
      done += static_cast<std::size_t>(count);
      m_bytes += static_cast<std::uint64_t>(count);
      m_limit.pass(static_cast<std::size_t>(count));
      m_last_moved = Clock::now();
    } else if (errno == EAGAIN) {
      break;
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return make_error(ErrorKind::stream, "connection closed by the other side before the end");
    } else if (errno != EINTR) {
      return sys_error("cannot write to the other side");
    }
  }
  return done;
}

LineWriter::Clock::time_point
LineWriter::stuck_at() const
{
  return m_timeout_s == 0 ? Clock::time_point::max() : m_last_moved + std::chrono::seconds(m_timeout_s);
}

} // namespace godwit::endpoint
