#pragma once

#include <cstdint>
#include <vector>

#include "delta/anchor.hpp"
#include "godwit/delta/signature.hpp"

namespace godwit::delta {

// The key an anchor has on the wire; never 0, which means that there is none.
inline std::uint32_t
anchor_key(const AnchorFilter& filter, const std::byte* at, unsigned bits)
{
  const auto key = static_cast<std::uint32_t>(filter.key_at(at) >> (64 - bits));
  return key == 0 ? 1 : key;
}

// Chooses each block's anchor: of its candidates the one whose key was seen
// least in the file so far, so that headers and padding that many blocks share
// are not chosen. Counts are kept in a small table, shared by colliding keys.
class AnchorChoice
{
public:
  AnchorChoice(const HashKey& key, const Shape& shape, std::uint64_t basis_bytes);

  // Sets key and offset of `block`, whose content is `bytes`.
  void choose(ByteView bytes, Block* block);

private:
  AnchorFilter m_filter;
  unsigned m_key_bits;
  unsigned m_count_shift;
  std::vector<std::uint8_t> m_counts;
  std::vector<std::uint32_t> m_positions;
};

} // namespace godwit::delta
