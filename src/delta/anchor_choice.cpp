#include "delta/anchor_choice.hpp"

#include <algorithm>
#include <bit>

namespace godwit::delta {

namespace {
// One candidate in so many bytes is looked at; more come only from low entropy.
constexpr std::size_t bytes_per_candidate = 64;
} // namespace

AnchorChoice::AnchorChoice(const HashKey& key, const Shape& shape, std::uint64_t basis_bytes)
    : m_filter(key, shape.rarity_bits), m_key_bits(shape.key_bits),
      m_positions(std::max<std::size_t>(shape.block_bytes / bytes_per_candidate, 1))
{
  const auto wanted = static_cast<unsigned>(std::bit_width(basis_bytes >> shape.rarity_bits)) + 1;
  const unsigned bits = std::clamp(wanted, 10U, std::min(18U, shape.key_bits));
  m_count_shift = shape.key_bits - bits;
  m_counts.resize(std::size_t{1} << bits);
}

void
AnchorChoice::choose(ByteView bytes, Block* block)
{
  if (bytes.size() < AnchorFilter::reach) {
    return;
  }
  const std::size_t found = m_filter.scan(bytes.data(), bytes.size() - AnchorFilter::reach + 1, m_positions);
  unsigned rarest = 256;
  for (std::size_t i = 0; i < found; ++i) {
    const std::uint32_t key = anchor_key(m_filter, bytes.data() + m_positions[i], m_key_bits);
    std::uint8_t& count = m_counts[key >> m_count_shift];
    if (count < rarest) {
      rarest = count;
      block->key = key;
      block->offset = m_positions[i];
    }
    count = static_cast<std::uint8_t>(count + (count != 255 ? 1 : 0));
  }
}

} // namespace godwit::delta
