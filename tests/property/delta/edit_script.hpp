#pragma once
// Random content and random edits of it, the same for the same seed.

#include <algorithm>

#include "support/random_bytes.hpp"

namespace godwit::testing {

inline Bytes
slice(ByteView bytes, std::size_t at, std::size_t count)
{
  const ByteView part = bytes.subspan(at, count);
  return {part.begin(), part.end()};
}

// Random, all zeros, periodic, or of two different bytes.
inline Bytes
random_content(Random& random, std::size_t count)
{
  Bytes bytes = random_bytes(random, count);
  const std::uint64_t kind = below(random, 5);
  if (kind == 0) {
    std::ranges::fill(bytes, std::byte{0});
  } else if (kind == 1) {
    const std::size_t period = 1 + below(random, 700);
    for (std::size_t i = period; i < count; ++i) {
      bytes[i] = bytes[i - period];
    }
  } else if (kind == 2) {
    std::ranges::transform(bytes, bytes.begin(), [](std::byte byte) { return byte & std::byte{1}; });
  }
  return bytes;
}

// Often 0 to 2, or a byte around a multiple of 512, of which blocks are made.
inline std::size_t
random_size(Random& random)
{
  const std::uint64_t kind = below(random, 20);
  if (kind < 2) {
    return below(random, 3);
  }
  if (kind < 6) {
    return 512 * (1 + below(random, 6)) + below(random, 3) - 1;
  }
  return below(random, kind < 19 ? 12000 : 100000);
}

// Inserts, removes, overwrites, moves or repeats a part.
inline void
edit(Random& random, Bytes& bytes)
{
  const std::size_t at = below(random, bytes.size() + 1);
  const auto here = bytes.begin() + static_cast<std::ptrdiff_t>(at);
  const std::size_t count = std::min<std::size_t>(bytes.size() - at, below(random, 3000));
  const auto past = here + static_cast<std::ptrdiff_t>(count);
  switch (below(random, 6)) {
  case 0: {
    const Bytes added = random_content(random, below(random, 2000));
    bytes.insert(here, added.begin(), added.end());
    break;
  }
  case 1:
    bytes.erase(here, past);
    break;
  case 2:
    std::ranges::copy(random_content(random, count), here);
    break;
  case 3: {
    const Bytes part = slice(bytes, at, count);
    bytes.erase(here, past);
    const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(below(random, bytes.size() + 1));
    bytes.insert(place, part.begin(), part.end());
    break;
  }
  case 4: {
    const Bytes part = slice(bytes, at, count);
    bytes.insert(past, part.begin(), part.end());
    break;
  }
  default: // a few bytes, as when a number changes
    std::ranges::copy(random_bytes(random, std::min<std::size_t>(count, 9)), here);
  }
}

} // namespace godwit::testing
