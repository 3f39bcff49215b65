#include "delta/block_index.hpp"

#include <algorithm>

namespace godwit::delta {

BlockIndex::BlockIndex(const std::vector<Block>& blocks, std::size_t count, const Shape& shape)
{
  // 16 bits a block let 6 % of misses through; 2^24 bits still fit a second-level cache.
  const auto wanted = static_cast<unsigned>(std::bit_width(count * 16));
  const unsigned bitmap_bits = std::clamp(wanted, 12U, std::min(24U, shape.key_bits));
  m_bitmap_shift = shape.key_bits - bitmap_bits;
  m_bitmap.resize((std::size_t{1} << bitmap_bits) / 64);
  m_slots.resize(std::bit_ceil(std::max<std::size_t>(count * 2, 2)));
  m_mask = m_slots.size() - 1;
  for (std::uint32_t number = 0; number < count; ++number) {
    if (shape.kind == KeyKind::rolling || blocks[number].key != 0) {
      insert(blocks, number);
    }
  }
}

void
BlockIndex::insert(const std::vector<Block>& blocks, std::uint32_t number)
{
  const Block& block = blocks[number];
  std::size_t slot = block.key & m_mask;
  unsigned same_key = 0;
  for (unsigned probe = 0; probe < max_probes; ++probe, slot = (slot + 1) & m_mask) {
    Slot& place = m_slots[slot];
    if (place.number == none) {
      place = {block.key, number};
      const std::uint32_t bit = block.key >> m_bitmap_shift;
      m_bitmap[bit >> 6] |= std::uint64_t{1} << (bit & 63);
      return;
    }
    if (place.key != block.key) {
      continue;
    }
    if (blocks[place.number].strong == block.strong || ++same_key == max_same_key) {
      return;
    }
  }
}

} // namespace godwit::delta
