#include "godwit/proto/chunk_order.hpp"

#include <algorithm>

namespace godwit::proto {

namespace {

// What a line may hold that is ahead: more than OpenSSH's window of 2 MiB, so that the slowest of
// equal lines is not waited for.
constexpr std::size_t max_held_by_line = 4U << 20U;
constexpr std::size_t max_held_together = 32U << 20U;

} // namespace

std::size_t
ChunkOrder::add_line()
{
  m_lines.emplace_back();
  return m_lines.size() - 1;
}

ByteView
ChunkOrder::unread(std::size_t line) const
{
  const Line& from = m_lines[line];
  return ByteView(from.buffer).subspan(from.begin, from.end - from.begin);
}

ByteSpan
ChunkOrder::room(std::size_t line, std::size_t least)
{
  Line& into = m_lines[line];
  if (into.begin == into.end) {
    into.begin = into.end = 0;
  } else if (into.begin > into.buffer.size() / 2) { // each byte is moved once at most
    std::copy(into.buffer.begin() + static_cast<std::ptrdiff_t>(into.begin),
              into.buffer.begin() + static_cast<std::ptrdiff_t>(into.end), into.buffer.begin());
    into.end -= into.begin;
    into.begin = 0;
  }
  if (into.buffer.size() < into.end + least) {
    into.buffer.resize(into.end + least + into.end / 2);
  }
  return ByteSpan(into.buffer).subspan(into.end);
}

bool
ChunkOrder::may_read(std::size_t line) const
{
  const Line& of = m_lines[line];
  const std::size_t most = std::min(max_held_by_line, max_held_together / m_lines.size());
  return !of.has_ended && (is_awaited(line) || of.end - of.begin < most);
}

bool
ChunkOrder::is_awaited(std::size_t line) const
{
  const Line& of = m_lines[line];
  return !of.has_ended && (!of.front || of.front->number == m_next);
}

Result<>
ChunkOrder::load_front(Line& line)
{
  if (line.front || line.end - line.begin < ChunkHead::wire_bytes) {
    return {};
  }
  TRY_ASSIGN(const ChunkHead head,
             ChunkHead::load(ByteView(line.buffer).subspan(line.begin, line.end - line.begin), m_next));
  if (head.number < m_next) {
    return damaged_stream();
  }
  line.front = head;
  return {};
}

bool
ChunkOrder::has_whole_front(const Line& line) const
{
  return line.front && line.front->number == m_next &&
         line.end - line.begin >= ChunkHead::wire_bytes + line.front->length;
}

Result<ByteView>
ChunkOrder::next()
{
  for (Line& line : m_lines) {
    const std::size_t from = line.begin;
    TRY(load_front(line));
    while (has_whole_front(line)) {
      line.begin += ChunkHead::wire_bytes + line.front->length;
      line.front.reset();
      ++m_next;
      TRY(load_front(line));
    }
    if (line.begin != from) {
      return ByteView(line.buffer).subspan(from, line.begin - from);
    }
  }
  return ByteView();
}

bool
ChunkOrder::is_lost() const
{
  return std::none_of(m_lines.begin(), m_lines.end(), [this](const Line& line) {
    return line.front ? line.front->number == m_next && !(line.has_ended && !has_whole_front(line)) : !line.has_ended;
  });
}

} // namespace godwit::proto
