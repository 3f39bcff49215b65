#include "proto/disorder.hpp"

#include <array>
#include <cstdint>

namespace godwit::proto {

namespace {

constexpr std::size_t probe_bytes = 4096;
constexpr std::size_t probes = 3;
// Of random bytes the squares of the counts of each value add up to 1.06 of this quotient.
constexpr std::uint64_t ordered_from = probe_bytes * probe_bytes / 256 * 5 / 4;

bool
is_random_probe(const std::byte* at)
{
  // Two tables, since a value that repeats would wait for its own count.
  std::array<std::array<std::uint16_t, 256>, 2> counts{};
  for (std::size_t i = 0; i < probe_bytes; i += 2) {
    ++counts[0][static_cast<std::size_t>(at[i])];
    ++counts[1][static_cast<std::size_t>(at[i + 1])];
  }
  std::uint64_t squares = 0;
  for (std::size_t value = 0; value < 256; ++value) {
    const std::uint64_t count = std::uint64_t{counts[0][value]} + counts[1][value];
    squares += count * count;
  }
  return squares < ordered_from;
}

} // namespace

bool
looks_random(ByteView bytes)
{
  if (bytes.size() < 2 * probes * probe_bytes) {
    return false;
  }
  const std::size_t stride = (bytes.size() - probe_bytes) / (probes - 1);
  for (std::size_t i = 0; i < probes; ++i) {
    if (!is_random_probe(bytes.data() + i * stride)) {
      return false;
    }
  }
  return true;
}

} // namespace godwit::proto
