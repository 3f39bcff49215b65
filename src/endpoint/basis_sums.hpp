#pragma once

#include "godwit/base/io.hpp"
#include "godwit/delta/signature.hpp"

namespace godwit::endpoint {

// Makes the signature of a basis in steps, each of 64 MiB by two threads, or of what is left by one.
// Where the basis cannot be read any more, the rest are sums that match nothing. Used by one thread.
class BasisSums
{
public:
  // `file` of `bytes` bytes; null: there is no basis. Both outlive it.
  BasisSums(const HashKey& key, ReadAt* file, std::uint64_t bytes, delta::SumOptions options);

  // The next part of the encoded signature; once at least.
  Bytes next();
  bool is_done() const { return m_has_head && m_at == m_signature.basis_bytes; }

private:
  Result<> add_step(std::uint64_t end, Bytes& wire);
  void add(delta::SignatureBuilder& builder, Bytes& wire);
  void add_filler(Bytes& wire);

  ReadAt* m_file;
  delta::Signature m_signature; // without its blocks
  delta::SignatureBuilder m_front;
  delta::SignatureBuilder m_back;
  std::uint64_t m_at = 0;
  std::uint64_t m_blocks = 0; // that were handed out
  bool m_has_head = false;
};

} // namespace godwit::endpoint
