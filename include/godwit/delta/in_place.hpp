#pragma once

#include <cstdint>

#include "godwit/base/io.hpp"
#include "godwit/delta/ops.hpp"

namespace godwit::delta {

// Between a matcher and what its ops go to, where the basis is overwritten by
// what is made of it: a copy that lies in the basis before the place it is meant
// for would read what was overwritten, so its bytes go as literals. A copy to
// its own place, or from further on, may stay: it is read before it is overwritten.
class InPlaceFilter : public OpSink
{
public:
  // Both are borrowed; `source` is the new file.
  InPlaceFilter(ReadAt& source, OpSink& out) : m_source(source), m_out(out) {}

  Result<> copy(std::uint64_t basis_at, std::uint64_t bytes) override;
  Result<> literal(ByteView bytes) override;
  Result<> hole(std::uint64_t bytes) override;
  // Bytes of copies that became literals.
  std::uint64_t
  refused_bytes() const
  {
    return m_refused;
  }

private:
  ReadAt& m_source;
  OpSink& m_out;
  Bytes m_piece;
  std::uint64_t m_at = 0;
  std::uint64_t m_refused = 0;
};

} // namespace godwit::delta
