#include "delta/window.hpp"

#include <algorithm>
#include <cstring>

#include "godwit/base/assert.hpp"

namespace godwit::delta {

namespace {
// Read and hashed at once, so that the hash finds its bytes in the cache.
constexpr std::size_t read_bytes = std::size_t{256} << 10;
} // namespace

Window::Window(ReadAt& source, Range range, std::size_t capacity, StreamHash* hash)
    : m_source(source), m_limit(range.limit), m_hash(hash), m_start(range.at)
{
  m_buffer.resize(std::min<std::uint64_t>(capacity, range.limit - range.at));
}

Result<>
Window::slide(std::uint64_t keep_from)
{
  ASSERT(keep_from >= m_start && keep_from <= end());
  const std::size_t dropped = keep_from - m_start;
  m_held -= dropped;
  std::memmove(m_buffer.data(), m_buffer.data() + dropped, m_held);
  m_start = keep_from;
  while (!m_ended && m_held < m_buffer.size()) {
    const std::uint64_t wanted =
        std::min<std::uint64_t>({read_bytes, m_buffer.size() - m_held, m_limit - end()});
    if (wanted == 0) {
      break;
    }
    const ByteSpan piece(m_buffer.data() + m_held, wanted);
    TRY_ASSIGN(const std::size_t got, m_source.read_at(end(), piece));
    if (m_hash != nullptr) {
      m_hash->update(piece.first(got));
    }
    m_held += got;
    m_ended = got < wanted;
  }
  m_ended = m_ended || end() == m_limit;
  return {};
}

} // namespace godwit::delta
