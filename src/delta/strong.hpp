#pragma once

#include "godwit/base/hash.hpp"
#include "godwit/delta/signature.hpp"

namespace godwit::delta {

// The strong hash of a block: XXH3-128 under a salt of its own for each strength,
// so that a retry does not meet the same collision, cut to the shape's bits.
class Strong
{
public:
  Strong(const HashKey& key, const Shape& shape)
      : m_key(key.derived(shape.options.strength == Strength::full ? 2 : 1)),
        m_mask(~std::uint64_t{0} >> (64 - shape.strong_bits))
  {
  }

  std::uint64_t
  operator()(ByteView bytes) const
  {
    return m_key.hash128(bytes).low & m_mask;
  }
  // Of a block too short for a rolling checksum: further bits of its hash.
  std::uint32_t
  key_of_short(ByteView bytes, unsigned bits) const
  {
    return static_cast<std::uint32_t>(m_key.hash128(bytes).high & ~std::uint64_t{0} >> (64 - bits));
  }
  const HashKey&
  key() const
  {
    return m_key;
  }

private:
  HashKey m_key;
  std::uint64_t m_mask;
};

} // namespace godwit::delta
