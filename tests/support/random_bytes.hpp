#pragma once
// Bytes that look random but are the same in every run.

#include <cstdint>
#include <random>

#include "godwit/base/bytes.hpp"

namespace godwit::testing {

using Random = std::mt19937_64;

// A number below `bound`, which is not 0.
inline std::uint64_t
below(Random& random, std::uint64_t bound)
{
  return random() % bound;
}

inline Bytes
random_bytes(Random& random, std::size_t count)
{
  Bytes bytes(count + 8);
  for (std::size_t at = 0; at < count; at += 8) {
    store_le<std::uint64_t>(bytes.data() + at, random());
  }
  bytes.resize(count);
  return bytes;
}

} // namespace godwit::testing
