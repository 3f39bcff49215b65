#include "delta/anchor.hpp"

#include <bit>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace godwit::delta {

namespace {

using Constants = AnchorFilter::Constants;

// Positions tested at once, each one bit of a mask.
constexpr std::size_t group = 32;
// A group with more candidates than this keeps its first.
constexpr int dense = 8;

// From memory: 6.4 GB/s, and 2.1 where it is left to the hardware of a virtual machine.
constexpr std::size_t prefetch_ahead = 2048;

struct Found {
  std::span<std::uint32_t> positions;
  std::size_t count = 0;
};

// Tests whole groups and returns how many positions that were; `count` when `found` is full.
using ScanGroups = std::size_t (*)(const Constants&, const std::byte* at, std::size_t count, Found* found);

// Adds the positions of a mask's bits. False when `found` is full.
[[gnu::noinline]] bool
collect(std::uint32_t mask, std::size_t base, Found* found)
{
  if (std::popcount(mask) > dense) {
    mask &= ~mask + 1;
  }
  for (; mask != 0; mask &= mask - 1) {
    if (found->count == found->positions.size()) {
      return false;
    }
    found->positions[found->count++] =
        static_cast<std::uint32_t>(base + static_cast<unsigned>(std::countr_zero(mask)));
  }
  return true;
}

bool
is_candidate(const Constants& constants, const std::byte* at)
{
  std::uint32_t hash = 0;
  for (std::size_t j = 0; j < AnchorFilter::window_words; ++j) {
    hash += std::uint32_t{load_le<std::uint16_t>(at + 2 * j)} * constants.factors[j];
  }
  return (hash & constants.mask) == constants.wanted;
}

#ifdef __x86_64__

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif
namespace avx2 {

using Words = std::uint16_t __attribute__((vector_size(32)));

[[gnu::always_inline]] inline std::uint32_t
mask_of(const Words* hits)
{
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(reinterpret_cast<__m256i>(hits[0])));
}

#include "delta/anchor_groups.inc"

} // namespace avx2
#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

namespace baseline {

using Words = std::uint16_t __attribute__((vector_size(16)));

[[gnu::always_inline]] inline std::uint32_t
mask_of(const Words* hits)
{
  const int low = _mm_movemask_epi8(reinterpret_cast<__m128i>(hits[0]));
  const int high = _mm_movemask_epi8(reinterpret_cast<__m128i>(hits[1]));
  return static_cast<std::uint32_t>(low) | static_cast<std::uint32_t>(high) << 16;
}

#include "delta/anchor_groups.inc"

} // namespace baseline

// 6.7 against 4.5 GB/s.
ScanGroups
best_scan()
{
  return __builtin_cpu_supports("avx2") ? avx2::scan_groups : baseline::scan_groups;
}

#else

namespace baseline {

using Words = std::uint16_t __attribute__((vector_size(16)));

inline std::uint32_t
mask_of(const Words* hits)
{
  std::array<std::uint64_t, 4> words;
  std::memcpy(words.data(), hits, sizeof words);
  std::uint32_t mask = 0;
  if ((words[0] | words[1] | words[2] | words[3]) != 0) {
    const auto bytes = std::bit_cast<std::array<std::uint8_t, group>>(words);
    for (std::size_t j = 0; j < group; ++j) {
      mask |= std::uint32_t{bytes[j] & 1U} << j;
    }
  }
  return mask;
}

#include "delta/anchor_groups.inc"

} // namespace baseline

ScanGroups
best_scan()
{
  return baseline::scan_groups;
}

#endif

} // namespace

AnchorFilter::AnchorFilter(const HashKey& key, unsigned rarity_bits)
{
  const Hash128 first = key.hash128(as_bytes("anchor factors"));
  const Hash128 second = key.hash128(as_bytes("anchor key"));
  const Hash128 third = key.hash128(as_bytes("anchor salt"));
  std::array<std::byte, 16> random;
  store_le(random.data(), first.low);
  store_le(random.data() + 8, first.high);
  for (std::size_t j = 0; j < window_words; ++j) {
    m_constants.factors[j] = load_le<std::uint16_t>(random.data() + 2 * j) | 1;
  }
  const unsigned shift = 16 - rarity_bits;
  const std::uint32_t values = (1U << rarity_bits) - 1;
  m_constants.mask = static_cast<std::uint16_t>(values << shift);
  m_constants.wanted =
      static_cast<std::uint16_t>((1 + load_le<std::uint32_t>(random.data() + 12) % values) << shift);
  m_salt = {second.low, second.high, third.low, third.high};
}

std::size_t
AnchorFilter::scan(const std::byte* at, std::size_t count, std::span<std::uint32_t> positions) const
{
  static const ScanGroups scan_groups = best_scan();
  Found found{positions};
  const std::size_t tested = scan_groups(m_constants, at, count, &found);
  std::uint32_t rest = 0;
  for (std::size_t j = 0; tested + j < count; ++j) {
    rest |= std::uint32_t{is_candidate(m_constants, at + tested + j)} << j;
  }
  collect(rest, tested, &found);
  return found.count;
}

} // namespace godwit::delta
