#pragma once
// Finds blocks by key. Built once, then read only.
//
// A bitmap answers most questions; behind it lies a table with linear probing.
// A peer can choose keys that collide, so probes are bounded: a block that finds
// no place near its own is merely not found.

#include <bit>
#include <cstdint>
#include <vector>

#include "godwit/delta/signature.hpp"

namespace godwit::delta {

class BlockIndex
{
public:
  static constexpr unsigned max_same_key = 4;
  static constexpr unsigned max_probes = 32;

  // Indexes blocks [0, count), but not those without an anchor. Of blocks with equal sums only
  // the first is kept.
  BlockIndex(const std::vector<Block>& blocks, std::size_t count, const Shape& shape);

  // False means that no block has this key.
  bool
  may_hold(std::uint32_t key) const
  {
    const std::uint32_t bit = key >> m_bitmap_shift;
    return ((m_bitmap[bit >> 6] >> (bit & 63)) & 1) != 0;
  }

  void
  prefetch(std::uint32_t key) const
  {
    __builtin_prefetch(&m_bitmap[key >> m_bitmap_shift >> 6]);
    __builtin_prefetch(&m_slots[key & m_mask]);
  }

  // Calls visit(block number) for the blocks with this key until it returns true.
  template <class Visit>
  bool
  find(std::uint32_t key, Visit visit) const
  {
    std::size_t slot = key & m_mask;
    for (unsigned probe = 0; probe < max_probes && m_slots[slot].number != none; ++probe) {
      if (m_slots[slot].key == key && visit(m_slots[slot].number)) {
        return true;
      }
      slot = (slot + 1) & m_mask;
    }
    return false;
  }

private:
  static constexpr std::uint32_t none = 0xFFFFFFFF;
  struct Slot {
    std::uint32_t key = 0;
    std::uint32_t number = none;
  };

  void insert(const std::vector<Block>& blocks, std::uint32_t number);

  std::vector<std::uint64_t> m_bitmap;
  std::vector<Slot> m_slots;
  std::size_t m_mask = 0;
  unsigned m_bitmap_shift = 0;
};

} // namespace godwit::delta
