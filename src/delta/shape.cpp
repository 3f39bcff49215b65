#include "godwit/delta/signature.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "godwit/base/assert.hpp"

namespace godwit::delta
{

namespace
{

constexpr std::uint32_t min_block_bytes = 512;
constexpr std::uint32_t max_block_bytes = std::uint32_t{8} << 20;
// Beyond this many blocks a larger block is better than a longer signature.
constexpr std::uint64_t many_blocks = std::uint64_t{1} << 20;
// A false match in a file is no likelier than 2^-margin.
constexpr unsigned margin = 16;

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

} // namespace

std::uint32_t
block_size_for(std::uint64_t basis_bytes)
{
  const auto root = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(basis_bytes)));
  std::uint64_t block = std::clamp<std::uint64_t>(std::bit_ceil(root / 2), min_block_bytes, max_block_bytes);
  while (block < max_block_bytes && basis_bytes / block > many_blocks) {
    block *= 2;
  }
  return static_cast<std::uint32_t>(block);
}

Shape
shape_for(std::uint64_t basis_bytes, Strength strength)
{
  ASSERT(basis_bytes <= max_basis_bytes);
  Shape shape;
  shape.strength = strength;
  shape.block_bytes = block_size_for(basis_bytes);
  const unsigned count_bits = log2_ceil((basis_bytes + shape.block_bytes - 1) / shape.block_bytes);
  const unsigned pair_bits = log2_ceil(basis_bytes) + count_bits;
  // A wrong key costs one strong hash; keys are as long as keeps those few.
  shape.key_bits = pair_bits <= 32 && strength == Strength::sized ? 24 : 32;
  const unsigned wanted =
      std::max(count_bits + margin, pair_bits + margin - std::min(pair_bits, shape.key_bits));
  shape.strong_bits = strength == Strength::full ? 64 : whole_bytes(std::clamp(wanted, 24U, 64U));
  return shape;
}

std::uint32_t
Signature::length_of(std::size_t index) const
{
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(shape.block_bytes, basis_bytes - start_of(index)));
}

} // namespace godwit::delta
