#include "godwit/delta/patcher.hpp"

#include <algorithm>

namespace godwit::delta {

namespace {
// Large enough to amortise a read, small enough to stay in a second-level cache.
constexpr std::size_t piece_bytes = std::size_t{256} << 10;
} // namespace

Patcher::Patcher(ReadAt* basis, std::uint64_t basis_bytes, Rebuild& rebuild, const HashKey& key)
    : m_basis(basis), m_basis_bytes(basis == nullptr ? 0 : basis_bytes), m_rebuild(rebuild), m_hash(key)
{
}

Result<>
Patcher::apply(ByteView chunk)
{
  return read_ops(chunk, *this);
}

Result<>
Patcher::finish(const Hash128& hash, std::uint64_t bytes)
{
  if (m_rebuilt != bytes || m_hash.digest() != hash) {
    return make_error(ErrorKind::verify, "cannot rebuild file: its hash differs from the source's");
  }
  return {};
}

Result<>
Patcher::copy(std::uint64_t basis_at, std::uint64_t bytes)
{
  if (basis_at > m_basis_bytes || bytes > m_basis_bytes - basis_at) {
    return make_error(ErrorKind::protocol, "cannot rebuild file: a copy lies outside its basis");
  }
  TRY(count(bytes));
  m_copied += bytes;
  m_piece.resize(std::max<std::size_t>(m_piece.size(), std::min<std::uint64_t>(bytes, piece_bytes)));
  while (bytes != 0) {
    const ByteSpan piece(m_piece.data(), std::min<std::uint64_t>(bytes, piece_bytes));
    TRY_ASSIGN(const std::size_t got, m_basis->read_at(basis_at, piece));
    if (got != piece.size()) {
      return make_error(ErrorKind::changed, "cannot rebuild file: its basis got shorter");
    }
    m_hash.update(piece);
    TRY(m_rebuild.copy(basis_at, piece));
    basis_at += got;
    bytes -= got;
  }
  return {};
}

Result<>
Patcher::count(std::uint64_t bytes)
{
  if (bytes > m_limit - m_rebuilt) {
    return make_error(ErrorKind::protocol, "cannot rebuild file: it is larger than announced");
  }
  m_rebuilt += bytes;
  return {};
}

Result<>
Patcher::literal(ByteView bytes)
{
  TRY(count(bytes.size()));
  m_hash.update(bytes);
  return m_rebuild.literal(bytes);
}

} // namespace godwit::delta
