#pragma once

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

} // namespace godwit::delta
