#include "godwit/delta/signature.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "delta/anchor_choice.hpp"
#include "delta/block_sum.hpp"
#include "delta/strong.hpp"
#include "godwit/base/assert.hpp"

namespace godwit::delta {

struct SignatureBuilder::State {
  State(const HashKey& key, std::uint64_t basis_bytes, SumOptions options);

  void add_block(ByteView bytes);

  Shape shape;
  Strong strong;
  std::optional<BlockSum> rolling;
  std::optional<AnchorChoice> anchors;
  Signature signature;
  Bytes pending;      // the start of a block that came in pieces
  std::uint64_t left; // bytes still to come
};

SignatureBuilder::State::State(const HashKey& key, std::uint64_t basis_bytes, SumOptions options)
    : shape(shape_for(basis_bytes, options)), strong(key, shape), left(basis_bytes)
{
  if (shape.kind == KeyKind::rolling) {
    rolling.emplace(Rolling(strong.key(), shape.block_bytes));
  } else {
    anchors.emplace(strong.key(), shape, basis_bytes);
  }
  signature.basis_bytes = basis_bytes;
  signature.shape = shape;
}

void
SignatureBuilder::State::add_block(ByteView bytes)
{
  Block block;
  if (anchors) {
    anchors->choose(bytes, &block);
  } else if (bytes.size() == shape.block_bytes) {
    block.key = Rolling::key_of(rolling->sum(bytes.data()), shape.key_bits);
  }
  block.strong = strong(bytes);
  signature.blocks.push_back(block);
}

SignatureBuilder::SignatureBuilder(const HashKey& key, std::uint64_t basis_bytes, SumOptions options)
    : m_state(std::make_unique<State>(key, basis_bytes <= max_basis_bytes ? basis_bytes : 0, options))
{
}

SignatureBuilder::~SignatureBuilder() = default;
SignatureBuilder::SignatureBuilder(SignatureBuilder&&) noexcept = default;

void
SignatureBuilder::go_to(std::uint64_t block)
{
  State& state = *m_state;
  ASSERT(state.pending.empty());
  const std::uint64_t total = state.signature.basis_bytes;
  state.left = total - std::min(total, block * state.shape.block_bytes);
}

std::vector<Block>
SignatureBuilder::take()
{
  return std::exchange(m_state->signature.blocks, {});
}

void
SignatureBuilder::update(ByteView bytes)
{
  State& state = *m_state;
  bytes = bytes.first(std::min<std::uint64_t>(bytes.size(), state.left));
  while (!bytes.empty()) {
    const std::uint64_t block_bytes =
        std::min<std::uint64_t>(state.shape.block_bytes, state.left + state.pending.size());
    const std::size_t taken = std::min<std::uint64_t>(block_bytes - state.pending.size(), bytes.size());
    const ByteView piece = bytes.first(taken);
    bytes = bytes.subspan(taken);
    state.left -= taken;
    if (taken == block_bytes) {
      state.add_block(piece);
      continue;
    }
    append(state.pending, piece);
    if (state.pending.size() == block_bytes) {
      state.add_block(state.pending);
      state.pending.clear();
    }
  }
}

void
SignatureBuilder::zeros(std::uint64_t bytes)
{
  State& state = *m_state;
  const std::uint64_t block_bytes = state.shape.block_bytes;
  bytes = std::min(bytes, state.left);
  const Bytes block(std::min(block_bytes, bytes), std::byte{0});
  if (!state.pending.empty()) {
    const std::uint64_t rest = std::min(block_bytes - state.pending.size(), bytes);
    update(ByteView(block).first(rest));
    bytes -= rest;
  }
  if (bytes >= block_bytes) {
    update(block);
    const std::uint64_t same = bytes / block_bytes - 1;
    const Block sums = state.signature.blocks.back();
    state.signature.blocks.insert(state.signature.blocks.end(), same, sums);
    state.left -= same * block_bytes;
    bytes %= block_bytes;
  }
  update(ByteView(block).first(bytes));
}

Signature
SignatureBuilder::finish()
{
  State& state = *m_state;
  const std::uint64_t block_bytes = state.shape.block_bytes;
  state.signature.blocks.resize((state.signature.basis_bytes + block_bytes - 1) / block_bytes);
  return std::move(state.signature);
}

} // namespace godwit::delta
