#include "delta/window.hpp"

#include <algorithm>
#include <cstring>

#include "godwit/base/assert.hpp"

namespace godwit::delta {

namespace {
// Read and hashed at once, so that the hash finds its bytes in the cache.
constexpr std::size_t read_bytes = std::size_t{256} << 10;
} // namespace

Window::Window(ReadAt& source, Range range, std::size_t capacity, ContentHash* hash)
    : m_source(&source), m_limit(range.limit), m_hashed_to(range.hashed_to), m_hash(hash), m_start(range.at)
{
  m_buffer.resize(std::min<std::uint64_t>(capacity, range.limit - range.at));
  m_first = m_buffer.data();
}

Result<>
Window::extend(std::uint64_t keep_from, std::uint64_t to)
{
  ASSERT(keep_from >= m_start && keep_from <= end());
  ASSERT(m_ended || std::min(to, m_limit) - keep_from <= m_buffer.size());
  while (!m_ended && end() < to) {
    if (m_buffer.size() - m_held < std::min<std::uint64_t>(read_bytes, m_limit - end())) {
      const std::size_t dropped = keep_from - m_start;
      m_held -= dropped;
      std::memmove(m_buffer.data(), m_buffer.data() + dropped, m_held);
      m_start = keep_from;
    }
    const std::uint64_t wanted =
        std::min<std::uint64_t>({read_bytes, m_buffer.size() - m_held, m_limit - end()});
    const ByteSpan piece(m_buffer.data() + m_held, wanted);
    TRY_ASSIGN(const std::size_t got, m_source->read_at(end(), piece));
    if (m_hash != nullptr && end() < m_hashed_to) {
      m_hash->update(piece.first(std::min<std::uint64_t>(got, m_hashed_to - end())));
    }
    m_held += got;
    m_ended = got < wanted || end() == m_limit;
  }
  return {};
}

} // namespace godwit::delta
