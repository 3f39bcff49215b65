#pragma once

#include <cstdint>
#include <limits>

#include "godwit/base/bytes.hpp"
#include "godwit/base/content_hash.hpp"
#include "godwit/base/io.hpp"

namespace godwit::delta {

// A stretch of a file in memory that slides from its front to its end. Every
// byte is read once, and hashed when it is read. Positions are file offsets.
class Window
{
public:
  // Reads [at, limit) of `source`; holds at most `capacity` bytes. `hash` may be null; it gets what lies
  // before `hashed_to`.
  struct Range {
    std::uint64_t at = 0;
    std::uint64_t limit = 0;
    std::uint64_t hashed_to = std::numeric_limits<std::uint64_t>::max();
  };
  Window(ReadAt& source, Range range, std::size_t capacity, ContentHash* hash);
  // All of a file that is in memory, and stays there.
  explicit Window(ByteView whole) : m_first(whole.data()), m_held(whole.size()), m_ended(true) {}

  // Reads on until `to` is held, or the file ends. Bytes before `keep_from` may be
  // forgotten; from there to `to` must fit.
  Result<> extend(std::uint64_t keep_from, std::uint64_t to);

  std::uint64_t
  start() const
  {
    return m_start;
  }
  std::uint64_t
  end() const
  {
    return m_start + m_held;
  }
  // Nothing is left to read.
  bool
  ended() const
  {
    return m_ended;
  }
  const std::byte*
  at(std::uint64_t offset) const
  {
    return m_first + (offset - m_start);
  }
  ByteView
  view(std::uint64_t from, std::uint64_t to) const
  {
    return {at(from), to - from};
  }

private:
  ReadAt* m_source = nullptr;
  std::uint64_t m_limit = 0;
  std::uint64_t m_hashed_to = 0;
  ContentHash* m_hash = nullptr;
  Bytes m_buffer;
  const std::byte* m_first = nullptr; // of what is held
  std::uint64_t m_start = 0;
  std::size_t m_held = 0;
  bool m_ended = false;
};

} // namespace godwit::delta
