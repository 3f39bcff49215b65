#include "godwit/delta/signature.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "godwit/base/assert.hpp"

namespace godwit::delta {

namespace {

constexpr std::uint32_t min_rolling_block = 512;
// Pages of file systems and databases stay aligned with blocks from here on.
constexpr std::uint32_t min_anchor_block = 4096;
constexpr std::uint32_t usual_max_block = std::uint32_t{128} << 10;
constexpr std::uint32_t max_block = std::uint32_t{8} << 20;
// Beyond this many blocks a larger block is better than a longer signature.
constexpr std::uint64_t many_blocks = std::uint64_t{1} << 20;
// Below these sizes the rolling search's small blocks are worth its time.
constexpr std::uint64_t rolling_bytes_one_level = std::uint64_t{16} << 20;
constexpr std::uint64_t rolling_bytes_several_levels = std::uint64_t{1} << 20;
// A false match in a file is no likelier than 2^-margin.
constexpr unsigned margin = 16;
// Found keys that are wrong cost a strong hash; at most one block in 2^4 has one.
constexpr unsigned key_margin = 4;

unsigned
log2_ceil(std::uint64_t value)
{
  return value <= 1 ? 0 : static_cast<unsigned>(std::bit_width(value - 1));
}

unsigned
whole_bytes(unsigned bits)
{
  return (bits + 7) / 8 * 8;
}

std::uint32_t
block_size(std::uint64_t basis_bytes, KeyKind kind, Levels levels)
{
  const auto root = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(basis_bytes)));
  if (kind == KeyKind::rolling) {
    return std::max(min_rolling_block, static_cast<std::uint32_t>(std::bit_ceil(root / 2)));
  }
  const std::uint64_t near = std::bit_ceil(levels == Levels::one ? root / 2 : root * 2);
  auto block = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(near, min_anchor_block, usual_max_block));
  while (block < max_block && basis_bytes / block > many_blocks) {
    block *= 2;
  }
  return block;
}

// A block has eight anchors to choose from; larger blocks have more, but rarer ones.
unsigned
rarity_for(unsigned offset_bits)
{
  return std::clamp(offset_bits - 3, 8U, std::clamp(offset_bits - 6, 11U, 14U));
}

} // namespace

Shape
shape_for(std::uint64_t basis_bytes, SumOptions options)
{
  ASSERT(basis_bytes <= max_basis_bytes);
  Shape shape;
  shape.options = options;
  const bool several = options.levels == Levels::several;
  const bool small = basis_bytes < (several ? rolling_bytes_several_levels : rolling_bytes_one_level);
  shape.kind = small ? KeyKind::rolling : KeyKind::anchor;
  shape.block_bytes = block_size(basis_bytes, shape.kind, options.levels);
  const unsigned size_bits = log2_ceil(basis_bytes);
  const unsigned count_bits = log2_ceil((basis_bytes + shape.block_bytes - 1) / shape.block_bytes);
  unsigned lookup_bits = size_bits;
  if (small) {
    shape.key_bits = size_bits + count_bits <= 32 && options.strength == Strength::sized ? 24 : 32;
  } else {
    shape.offset_bits = log2_ceil(shape.block_bytes);
    shape.rarity_bits = rarity_for(shape.offset_bits);
    lookup_bits -= shape.rarity_bits;
    const unsigned packed = whole_bytes(shape.offset_bits + std::max(20U, lookup_bits + key_margin));
    shape.key_bits = std::min(32U, packed - shape.offset_bits);
  }
  const unsigned pair_bits = lookup_bits + count_bits;
  const unsigned wanted = std::max(count_bits, pair_bits - std::min(pair_bits, shape.key_bits)) + margin;
  shape.strong_bits = options.strength == Strength::full ? 64 : whole_bytes(std::clamp(wanted, 24U, 64U));
  return shape;
}

std::uint32_t
Signature::length_of(std::size_t index) const
{
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(shape.block_bytes, basis_bytes - start_of(index)));
}

} // namespace godwit::delta
