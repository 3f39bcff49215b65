#include "basis_sums.hpp"

#include <algorithm>

#include "godwit/base/beside.hpp"

namespace godwit::endpoint {

namespace {

constexpr std::size_t read_bytes = 256U << 10U; // so that what was read is still in the cache when it is summed
constexpr std::uint64_t step_bytes = 64U << 20U; // two threads' share is a multiple of all block sizes

// Of [range.at, range.end), which has no holes.
Result<>
feed_data(delta::SignatureBuilder& builder, ReadAt& file, DataRange range, ByteSpan buffer)
{
  while (range.at < range.end) {
    const ByteSpan piece = buffer.first(std::min<std::uint64_t>(buffer.size(), range.end - range.at));
    TRY_ASSIGN(const std::size_t count, file.read_at(range.at, piece));
    if (count == 0) {
      return make_error(ErrorKind::changed, "basis became shorter");
    }
    builder.update(piece.first(count));
    range.at += count;
  }
  return {};
}

// Bytes [from, to) of the basis.
Result<>
feed(delta::SignatureBuilder& builder, ReadAt& file, std::uint64_t from, std::uint64_t to)
{
  Bytes buffer(std::min<std::uint64_t>(read_bytes, to - from));
  while (from < to) {
    const DataRange data = file.data_from(from);
    const std::uint64_t hole_end = std::min(data.at, to);
    builder.zeros(hole_end - from);
    from = std::min(data.end, to);
    TRY(feed_data(builder, file, {hole_end, from}, buffer));
  }
  return {};
}

} // namespace

BasisSums::BasisSums(const HashKey& key, ReadAt* file, std::uint64_t bytes, delta::SumOptions options)
    : m_file(file), m_front(key, bytes, options), m_back(key, bytes, options)
{
  m_signature.basis_bytes = file != nullptr && bytes <= delta::max_basis_bytes ? bytes : 0;
  m_signature.shape = delta::shape_for(m_signature.basis_bytes, options);
}

Bytes
BasisSums::next()
{
  Bytes wire;
  if (!std::exchange(m_has_head, true)) {
    delta::encode(m_signature, wire);
  }
  // A long hole is done in one step.
  const std::uint64_t data_at = is_done() ? m_at : m_file->data_from(m_at).at;
  const std::uint64_t hole = (std::max(data_at, m_at) - m_at) / step_bytes * step_bytes;
  const std::uint64_t left = m_signature.basis_bytes - m_at;
  const std::uint64_t end = m_at + std::min(left, std::max(hole, step_bytes));
  if (!add_step(end, wire)) {
    add_filler(wire);
  }
  return wire;
}

Result<>
BasisSums::add_step(std::uint64_t end, Bytes& wire)
{
  if (end == m_at) {
    return {}; // of nothing
  }
  const std::uint64_t block_bytes = m_signature.shape.block_bytes;
  const std::uint64_t middle = end - m_at == step_bytes ? m_at + step_bytes / 2 : end;
  m_front.go_to(m_at / block_bytes);
  Result<> back_fed;
  {
    std::jthread other;
    if (middle != end) {
      m_back.go_to(middle / block_bytes);
      other = run_beside([&] { back_fed = feed(m_back, *m_file, middle, end); });
    }
    TRY(feed(m_front, *m_file, m_at, middle));
  }
  TRY(std::move(back_fed));
  add(m_front, wire);
  add(m_back, wire);
  m_at = end;
  return {};
}

void
BasisSums::add(delta::SignatureBuilder& builder, Bytes& wire)
{
  const std::vector<delta::Block> blocks = builder.take();
  delta::encode_blocks(m_signature.shape, blocks, wire);
  m_blocks += blocks.size();
}

void
BasisSums::add_filler(Bytes& wire)
{
  const std::uint64_t block_bytes = m_signature.shape.block_bytes;
  const std::uint64_t total = (m_signature.basis_bytes + block_bytes - 1) / block_bytes;
  const std::vector<delta::Block> none(total - m_blocks);
  delta::encode_blocks(m_signature.shape, none, wire);
  m_at = m_signature.basis_bytes;
}

} // namespace godwit::endpoint
