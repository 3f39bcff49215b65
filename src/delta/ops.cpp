#include "godwit/delta/ops.hpp"

#include <algorithm>

#include "godwit/base/varint.hpp"

namespace godwit::delta {

namespace {

// Two varints of at most ten bytes.
constexpr std::size_t max_copy_bytes = 20;
constexpr std::size_t max_varint_bytes = 10;
// A literal is cut rather than begun in less room than this.
constexpr std::size_t min_literal_room = 4096;

Error
bad(const char* cause)
{
  return make_error(ErrorKind::protocol, std::string("cannot read delta ops: ") + cause);
}

} // namespace

OpWriter::OpWriter(Emit emit) : m_emit(std::move(emit)) {}

Result<>
OpWriter::copy(std::uint64_t basis_at, std::uint64_t bytes)
{
  if (m_copy_bytes != 0 && m_copy_at + m_copy_bytes == basis_at) {
    m_copy_bytes += bytes;
    return {};
  }
  TRY(write_copy());
  m_copy_at = basis_at;
  m_copy_bytes = bytes;
  return {};
}

Result<>
OpWriter::literal(ByteView bytes)
{
  TRY(write_copy());
  while (!bytes.empty()) {
    TRY(make_room(std::min(bytes.size(), min_literal_room) + max_varint_bytes));
    const std::size_t room = max_chunk_bytes - m_chunk.size() - max_varint_bytes;
    const ByteView piece = bytes.first(std::min(bytes.size(), room));
    append_varint(m_chunk, std::uint64_t{piece.size()} << 1);
    append(m_chunk, piece);
    bytes = bytes.subspan(piece.size());
  }
  return {};
}

Result<>
OpWriter::hole(std::uint64_t bytes)
{
  TRY(write_copy());
  TRY(make_room(max_copy_bytes));
  append_varint(m_chunk, 0);
  append_varint(m_chunk, bytes);
  return {};
}

Result<>
OpWriter::finish()
{
  TRY(write_copy());
  return m_chunk.empty() ? Result<>() : emit_chunk();
}

Result<>
OpWriter::write_copy()
{
  if (m_copy_bytes == 0) {
    return {};
  }
  TRY(make_room(max_copy_bytes));
  append_varint(m_chunk, m_copy_bytes << 1 | 1);
  append_varint(m_chunk, zigzag(static_cast<std::int64_t>(m_copy_at - m_expected)));
  m_expected = m_copy_at + m_copy_bytes;
  m_copy_bytes = 0;
  return {};
}

Result<>
OpWriter::make_room(std::size_t bytes)
{
  if (m_chunk.size() + bytes > max_chunk_bytes) {
    TRY(emit_chunk());
  }
  if (m_chunk.capacity() == 0) {
    m_chunk.reserve(std::min(max_chunk_bytes, bytes));
  }
  return {};
}

Result<>
OpWriter::emit_chunk()
{
  m_expected = 0;
  Bytes chunk;
  chunk.swap(m_chunk);
  return m_emit(std::move(chunk));
}

Result<>
read_ops(ByteView chunk, OpSink& sink)
{
  std::uint64_t expected = 0;
  while (!chunk.empty()) {
    const auto head = take_varint(chunk);
    if (head == 0U) {
      const auto zeros = take_varint(chunk);
      if (!zeros || *zeros == 0) {
        return bad("a hole is malformed");
      }
      TRY(sink.hole(*zeros));
      continue;
    }
    if (!head || *head >> 1 == 0) {
      return bad("an op is malformed");
    }
    const std::uint64_t bytes = *head >> 1;
    if ((*head & 1) == 0) {
      if (bytes > chunk.size()) {
        return bad("a literal is cut short");
      }
      TRY(sink.literal(chunk.first(bytes)));
      chunk = chunk.subspan(bytes);
      continue;
    }
    const auto distance = take_varint(chunk);
    if (!distance) {
      return bad("a copy is cut short");
    }
    // Wraps for hostile distances; the sink checks the range.
    const std::uint64_t basis_at = expected + static_cast<std::uint64_t>(unzigzag(*distance));
    TRY(sink.copy(basis_at, bytes));
    expected = basis_at + bytes;
  }
  return {};
}

} // namespace godwit::delta
