#pragma once
// What the benchmarks of the delta engine work on: made content of fixed seeds, in memory.

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "godwit/delta/signature.hpp"
#include "support/random_bytes.hpp"

namespace godwit::bench {

using testing::Random;

// Of the large contents; GODWIT_BENCH_MIB asks for others than 256.
inline std::size_t
large_bytes()
{
  static const char* const wanted = std::getenv("GODWIT_BENCH_MIB");
  return (wanted == nullptr ? std::size_t{256} : std::strtoul(wanted, nullptr, 10)) << 20;
}

inline const HashKey&
bench_key()
{
  static const HashKey key{HashKey::Seed{std::byte{1}}};
  return key;
}

inline Bytes
random_content(std::size_t size, std::uint64_t seed = 1)
{
  Random random(seed);
  return testing::random_bytes(random, size);
}

inline Bytes
shifted(ByteView from)
{
  Bytes bytes{std::byte{1}};
  append(bytes, from);
  return bytes;
}

// A period's bytes over and over, with a change about each `change_every` bytes.
inline Bytes
periodic(std::size_t size, std::size_t period, std::size_t change_every, std::uint64_t seed)
{
  Bytes bytes = random_content(period, 99);
  bytes.resize(size);
  for (std::size_t i = period; i < size; ++i) {
    bytes[i] = bytes[i - period];
  }
  Random changes(seed);
  for (std::size_t at = 0; change_every != 0 && at < size; at += 1 + testing::below(changes, 2 * change_every)) {
    bytes[at] = static_cast<std::byte>(changes());
  }
  return bytes;
}

// Bytes of two values, most of them the same.
inline Bytes
low_entropy(std::size_t size, std::uint64_t seed)
{
  Bytes bytes = random_content(size, seed);
  std::ranges::transform(bytes, bytes.begin(), [](std::byte byte) {
    return static_cast<std::byte>(byte < std::byte{8} ? 1 : 0);
  });
  return bytes;
}

// 4 KiB blocks that differ in their last bytes only: whatever is looked up is found, and is wrong.
inline Bytes
alike_blocks(std::size_t size, std::uint64_t seed)
{
  Bytes bytes = periodic(size, 4096, 0, 0);
  Random random(seed);
  for (std::size_t at = 4088; at + 8 <= size; at += 4096) {
    store_le(bytes.data() + at, random());
  }
  return bytes;
}

inline Bytes
with_pages(ByteView from, std::size_t pages)
{
  Bytes bytes(from.begin(), from.end());
  Random random(4);
  for (std::size_t i = 0; i < pages; ++i) {
    const Bytes page = testing::random_bytes(random, 4096);
    const std::size_t at = testing::below(random, bytes.size() / 4096) * 4096;
    std::ranges::copy(page, bytes.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return bytes;
}

inline Bytes
with_insertions(ByteView from, std::size_t count)
{
  Random random(6);
  std::vector<std::size_t> cuts(count);
  std::ranges::generate(cuts, [&] { return testing::below(random, from.size()); });
  std::ranges::sort(cuts);
  cuts.push_back(from.size());
  Bytes bytes;
  bytes.reserve(from.size() + count * 100);
  std::size_t at = 0;
  for (const std::size_t cut : cuts) {
    append(bytes, from.subspan(at, cut - at));
    if (cut != from.size()) {
      append(bytes, testing::random_bytes(random, 100));
    }
    at = cut;
  }
  return bytes;
}

inline delta::Signature
signature_of(ByteView basis, delta::Levels levels)
{
  delta::SignatureBuilder builder(bench_key(), basis.size(), {delta::Strength::sized, levels});
  for (std::size_t at = 0; at < basis.size(); at += 1 << 20) {
    builder.update(basis.subspan(at, std::min<std::size_t>(1 << 20, basis.size() - at)));
  }
  return builder.finish();
}

} // namespace godwit::bench
