#pragma once

#include "delta/packed.hpp"
#include "delta/strong.hpp"
#include "godwit/delta/sum_request.hpp"

namespace godwit::delta {

// The hashes of a proof: one over each SumRequest::group_blocks blocks that are added, under a salt of its
// own, so that it tells more than the guess did. A range begins and ends with close().
class GroupHash
{
public:
  GroupHash(const HashKey& key, unsigned bits) : m_strong(key.derived(3), shape_of(bits)), m_bits(bits) {}

  void
  add(ByteView block)
  {
    append(m_group, block);
    if (m_group.size() == SumRequest::group_blocks * SumRange::guess_block) {
      close();
    }
  }
  void
  close()
  {
    if (!m_group.empty()) {
      append_low(m_hashes, m_strong(m_group), m_bits);
      m_group.clear();
    }
  }
  // All so far, packed.
  Bytes&
  hashes()
  {
    return m_hashes;
  }

private:
  static Shape
  shape_of(unsigned bits)
  {
    Shape shape;
    shape.strong_bits = bits;
    return shape;
  }

  Strong m_strong;
  unsigned m_bits;
  Bytes m_group;
  Bytes m_hashes;
};

// The bits of a proof's blocks.
inline bool
is_chosen(const Bytes& bits, std::uint64_t block)
{
  return (std::to_integer<unsigned>(bits[block / 8]) >> (block % 8) & 1U) != 0;
}

inline std::uint64_t
count_chosen(const Bytes& bits)
{
  std::uint64_t count = 0;
  for (const std::byte part : bits) {
    count += static_cast<std::uint64_t>(std::popcount(std::to_integer<unsigned>(part)));
  }
  return count;
}

} // namespace godwit::delta
