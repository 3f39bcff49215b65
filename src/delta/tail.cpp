#include "godwit/delta/tail.hpp"

#include <algorithm>

#include "delta/stretches.hpp"
#include "godwit/base/content_hash.hpp"

namespace godwit::delta {

namespace {

constexpr std::size_t piece_bytes = std::size_t{256} << 10;
constexpr std::uint64_t grain = 4096;

class Tail
{
public:
  Tail(ReadAt& source, const HashKey& key, const TailRange& range, OpSink& sink)
      : m_source(source), m_range(range), m_sink(sink), m_hash(key, range.hashed_from), m_piece(piece_bytes)
  {
    m_result.bytes = range.hashed_from;
  }

  Result<MatchResult>
  run()
  {
    Stretches stretches(m_source, m_range.hashed_from, m_range.claimed_bytes, grain);
    do {
      const Stretches::Stretch stretch = stretches.next();
      TRY(skip(stretch.hole));
      // A byte behind the end shows that the file grew.
      const std::uint64_t end = stretches.is_at_end() ? stretch.end + 1 : stretch.end;
      TRY_ASSIGN(const bool goes_on, read(end));
      if (!goes_on) {
        break;
      }
    } while (!stretches.is_at_end());
    m_result.hash = m_hash.digest();
    return m_result;
  }

private:
  // What of the next `bytes` is to be sent.
  std::uint64_t
  sent_of(std::uint64_t bytes) const
  {
    const std::uint64_t end = m_result.bytes + bytes;
    return end - std::min(end, std::max(m_result.bytes, m_range.sent_from));
  }

  Result<>
  skip(std::uint64_t bytes)
  {
    if (const std::uint64_t sent = sent_of(bytes); sent != 0) {
      TRY(m_sink.hole(sent));
      m_result.matched_bytes += sent;
    }
    m_hash.zeros(bytes);
    m_result.bytes += bytes;
    return {};
  }

  Result<bool>
  read(std::uint64_t end)
  {
    while (m_result.bytes < end) {
      const ByteSpan wanted(m_piece.data(), std::min<std::uint64_t>(end - m_result.bytes, m_piece.size()));
      TRY_ASSIGN(const std::size_t got, m_source.read_at(m_result.bytes, wanted));
      const ByteView piece = wanted.first(got);
      m_hash.update(piece);
      if (const std::uint64_t sent = sent_of(got); sent != 0) {
        TRY(m_sink.literal(piece.last(sent)));
        m_result.literal_bytes += sent;
      }
      m_result.bytes += got;
      if (got < wanted.size()) {
        return false;
      }
    }
    return true;
  }

  ReadAt& m_source;
  const TailRange& m_range;
  OpSink& m_sink;
  ContentHash m_hash;
  Bytes m_piece;
  MatchResult m_result;
};

} // namespace

Result<MatchResult>
emit_tail(ReadAt& source, const HashKey& key, const TailRange& range, OpSink& sink)
{
  return Tail(source, key, range, sink).run();
}

} // namespace godwit::delta
