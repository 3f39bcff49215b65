#pragma once
// The steps that make a new file from a basis, and their wire form.
//
// A chunk is a sequence of ops, complete in itself:
//   literal: varint(bytes << 1), the bytes
//   copy:    varint(bytes << 1 | 1), varint(zigzag(basis_at - expected))
//   hole:    varint(0), varint(bytes)      zeros
// `expected` is where the last copy of the chunk ended in the basis (0 at the
// chunk's start). `bytes` is never 0.

#include <cstdint>
#include <functional>

#include "godwit/base/bytes.hpp"
#include "godwit/base/result.hpp"

namespace godwit::delta {

constexpr std::size_t max_chunk_bytes = std::size_t{128} << 10;

// Receives ops in the order of the new file. An error ends the caller's work.
class OpSink
{
public:
  virtual ~OpSink() = default;
  // The next `bytes` bytes are those of the basis from `basis_at`.
  virtual Result<> copy(std::uint64_t basis_at, std::uint64_t bytes) = 0;
  virtual Result<> literal(ByteView bytes) = 0;
  // The next `bytes` bytes are zeros.
  virtual Result<> hole(std::uint64_t bytes) = 0;
};

// Packs ops into chunks of at most max_chunk_bytes. Adjacent copies become one.
// finish() must be called at the end, and may be wherever what there is should not wait for more.
class OpWriter : public OpSink
{
public:
  using Emit = std::function<Result<>(Bytes chunk)>;
  explicit OpWriter(Emit emit);

  Result<> copy(std::uint64_t basis_at, std::uint64_t bytes) override;
  Result<> literal(ByteView bytes) override;
  Result<> hole(std::uint64_t bytes) override;
  Result<> finish();

private:
  Result<> write_copy();
  Result<> make_room(std::size_t bytes);
  Result<> emit_chunk();

  Emit m_emit;
  Bytes m_chunk;
  std::uint64_t m_expected = 0;
  std::uint64_t m_copy_at = 0;
  std::uint64_t m_copy_bytes = 0;
};

// Decodes one chunk into `sink`. The peer is not trusted: Error{protocol} for a
// malformed chunk; whether a copy lies within the basis is the sink's to check.
Result<> read_ops(ByteView chunk, OpSink& sink);

} // namespace godwit::delta
