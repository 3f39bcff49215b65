#pragma once
// Rebuilds a file from a basis and ops.

#include <cstdint>

#include "godwit/base/content_hash.hpp"
#include "godwit/base/io.hpp"
#include "godwit/base/rebuild.hpp"
#include "godwit/base/result.hpp"
#include "godwit/delta/ops.hpp"

namespace godwit::delta {

// Applies chunks in order, hashing what it hands on. The peer is not trusted:
// copies must lie within the basis.
// Used by one thread at a time.
class Patcher : private OpSink
{
public:
  // `basis` may be null when `basis_bytes` is 0; all references outlive the Patcher.
  Patcher(ReadAt* basis, std::uint64_t basis_bytes, Rebuild& rebuild, const HashKey& key);

  // More than this many bytes in all are an error: the peer cannot fill the disk. No limit at first.
  void
  set_limit(std::uint64_t bytes)
  {
    m_limit = bytes;
  }
  // The basis is being overwritten by what is rebuilt: copies must lie at its end or beyond.
  void
  set_in_place()
  {
    m_is_in_place = true;
  }
  // So many bytes are there and are not looked at: ops and hash are of the rest.
  void
  start_at(std::uint64_t bytes)
  {
    m_rebuilt = bytes;
    m_hash = ContentHash(m_key, bytes);
  }
  // Ends at the first error; Error{verify} when the basis is not any more what it was.
  Result<> apply(ByteView chunk);
  // Error{verify} unless what was rebuilt has this length and hash.
  Result<> finish(const Hash128& hash, std::uint64_t bytes);

  std::uint64_t
  rebuilt_bytes() const
  {
    return m_rebuilt;
  }
  std::uint64_t
  copied_bytes() const
  {
    return m_copied;
  }

private:
  Result<> copy(std::uint64_t basis_at, std::uint64_t bytes) override;
  Result<> literal(ByteView bytes) override;
  Result<> hole(std::uint64_t bytes) override;
  Result<> count(std::uint64_t bytes);
  Result<> hash_back(std::uint64_t at, std::uint64_t bytes);
  Result<std::uint64_t> copy_piece(std::uint64_t basis_at, std::uint64_t bytes);
  ByteSpan room_for(std::uint64_t bytes);

  ReadAt* m_basis;
  std::uint64_t m_basis_bytes;
  Rebuild& m_rebuild;
  const HashKey& m_key;
  ContentHash m_hash;
  bool m_is_in_place = false;
  Bytes m_piece;
  std::uint64_t m_limit = ~std::uint64_t{0};
  std::uint64_t m_rebuilt = 0;
  std::uint64_t m_copied = 0;
};

} // namespace godwit::delta
