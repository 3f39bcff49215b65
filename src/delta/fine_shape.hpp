#pragma once

#include "delta/rolling.hpp"
#include "delta/strong.hpp"
#include "godwit/delta/signature.hpp"
#include "godwit/delta/sum_request.hpp"

namespace godwit::delta {

// The shape of one range's sums.
inline Shape
fine_shape(const SumRequest& request, std::uint32_t block_bytes)
{
  Shape shape;
  shape.block_bytes = block_bytes;
  shape.key_bits = request.key_bits;
  shape.strong_bits = request.strong_bits;
  return shape;
}

// The key of a block: of one too short for a rolling checksum, further bits of its hash.
inline std::uint32_t
fine_key(const Rolling& rolling, const Strong& strong, ByteView block, unsigned bits)
{
  return block.size() == rolling.window() ? Rolling::key_of(rolling.sum(block.data()), bits)
                                          : strong.key_of_short(block, bits);
}

} // namespace godwit::delta
