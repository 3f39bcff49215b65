#include "godwit/delta/patcher.hpp"

#include <algorithm>

namespace godwit::delta {

namespace {
// Measured: 256 KiB, which stay in a second-level cache, take 1.05 times as long, since page caches of large folios
// like large writes.
constexpr std::size_t piece_bytes = std::size_t{1} << 20;
constexpr std::uint64_t page_bytes = 4096;
} // namespace

Patcher::Patcher(ReadAt* basis, std::uint64_t basis_bytes, Rebuild& rebuild, const HashKey& key)
    : m_basis(basis), m_basis_bytes(basis == nullptr ? 0 : basis_bytes), m_rebuild(rebuild), m_key(key),
      m_hash(key)
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
  if (m_is_in_place && basis_at < m_rebuilt) {
    return make_error(ErrorKind::protocol, "cannot rebuild file: a copy of what was overwritten");
  }
  std::uint64_t at = m_rebuilt;
  TRY(count(bytes));
  m_copied += bytes;
  while (bytes != 0) {
    std::uint64_t done = m_rebuild.share(basis_at, bytes);
    if (done != 0) {
      TRY(hash_back(at, done));
    } else {
      TRY_ASSIGN(done, copy_piece(basis_at, bytes));
    }
    basis_at += done;
    at += done;
    bytes -= done;
  }
  return {};
}

// What was shared is hashed as it stands in the new file.
Result<>
Patcher::hash_back(std::uint64_t at, std::uint64_t bytes)
{
  while (bytes != 0) {
    const ByteSpan piece = room_for(bytes);
    TRY_ASSIGN(const std::size_t got, m_rebuild.read_back(at, piece));
    if (got != piece.size()) {
      return make_error(ErrorKind::changed, "cannot rebuild file: what was copied got lost");
    }
    m_hash.update(piece);
    at += got;
    bytes -= got;
  }
  return {};
}

// A long copy that begins inside a page first goes on to its end: what follows may be shared.
Result<std::uint64_t>
Patcher::copy_piece(std::uint64_t basis_at, std::uint64_t bytes)
{
  const std::uint64_t in_page = basis_at % page_bytes;
  const std::uint64_t wanted = in_page != 0 && bytes > piece_bytes ? page_bytes - in_page : bytes;
  ByteSpan piece = m_rebuild.room(std::min<std::uint64_t>(wanted, piece_bytes));
  if (piece.empty()) {
    piece = room_for(wanted);
  }
  const auto got = m_basis->read_at(basis_at, piece);
  if (!got && got.error().kind != ErrorKind::changed) {
    return got.error();
  }
  if (!got || *got != piece.size()) {
    return make_error(ErrorKind::verify, "cannot rebuild file: its basis changed meanwhile");
  }
  m_hash.update(piece);
  TRY(m_rebuild.copy(basis_at, piece));
  return std::uint64_t{piece.size()};
}

ByteSpan
Patcher::room_for(std::uint64_t bytes)
{
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, piece_bytes));
  m_piece.resize(std::max(m_piece.size(), size));
  return {m_piece.data(), size};
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

Result<>
Patcher::hole(std::uint64_t bytes)
{
  TRY(count(bytes));
  m_hash.zeros(bytes);
  return m_rebuild.hole(bytes);
}

} // namespace godwit::delta
