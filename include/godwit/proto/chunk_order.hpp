#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "godwit/base/bytes.hpp"
#include "godwit/base/result.hpp"
#include "godwit/proto/chunk.hpp"

namespace godwit::proto {

// Puts the chunks of one direction back in order, which come over one or more
// lines: on each in order, but any line may be ahead of the others. It holds what
// is ahead in the buffers of the lines, each of which has a limit; the line that
// brings the next chunk can always be read, so nothing waits in a circle. Pure:
// whoever owns the descriptors reads into it. Used by one thread.
class ChunkOrder
{
public:
  // A line's number in this object.
  std::size_t add_line();
  // Nothing more will come on it.
  void end_line(std::size_t line) { m_lines[line].has_ended = true; }

  // Room for what comes next on a line, at least `least` bytes; then, how much came.
  ByteSpan room(std::size_t line, std::size_t least);
  void came(std::size_t line, std::size_t count) { m_lines[line].end += count; }
  // What came on a line and was not handed out, for those who look for something before the first
  // chunk; `skip` takes it away.
  ByteView unread(std::size_t line) const;
  void skip(std::size_t line, std::size_t count) { m_lines[line].begin += count; }

  // False: it is so far ahead that it has to wait for the others.
  bool may_read(std::size_t line) const;
  // It may be the one that brings the next chunk: what comes on it is a sign of life.
  bool is_awaited(std::size_t line) const;
  // Whole chunks in their order, of one line; empty: none yet. Valid until the next call of room().
  // An error: a number that came twice, or a damaged head.
  Result<ByteView> next();
  // All lines that could still bring the next chunk are past it, or have ended.
  bool is_lost() const;

private:
  struct Line {
    Bytes buffer;
    std::size_t begin = 0;
    std::size_t end = 0;
    std::optional<ChunkHead> front; // of the chunk at `begin`, once its head is there
    bool has_ended = false;
  };

  Result<> load_front(Line& line);
  bool has_whole_front(const Line& line) const;

  std::vector<Line> m_lines;
  std::uint64_t m_next = 0;
};

} // namespace godwit::proto
