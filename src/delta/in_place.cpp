#include "godwit/delta/in_place.hpp"

#include <algorithm>

namespace godwit::delta {

namespace {
constexpr std::uint64_t piece_bytes = std::uint64_t{256} << 10;
} // namespace

Result<>
InPlaceFilter::copy(std::uint64_t basis_at, std::uint64_t bytes)
{
  if (basis_at >= m_at) {
    m_at += bytes;
    return m_out.copy(basis_at, bytes);
  }
  m_refused += bytes;
  m_piece.resize(std::max<std::size_t>(m_piece.size(), std::min(bytes, piece_bytes)));
  while (bytes != 0) {
    const ByteSpan piece(m_piece.data(), std::min(bytes, piece_bytes));
    TRY_ASSIGN(const std::size_t got, m_source.read_at(m_at, piece));
    if (got != piece.size()) {
      return make_error(ErrorKind::changed, "cannot read source: it got shorter while it was read");
    }
    TRY(m_out.literal(piece));
    m_at += got;
    bytes -= got;
  }
  return {};
}

Result<>
InPlaceFilter::literal(ByteView bytes)
{
  m_at += bytes.size();
  return m_out.literal(bytes);
}

Result<>
InPlaceFilter::hole(std::uint64_t bytes)
{
  m_at += bytes;
  return m_out.hole(bytes);
}

} // namespace godwit::delta
