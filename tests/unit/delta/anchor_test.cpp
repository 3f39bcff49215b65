#include "delta/anchor.hpp"

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

#include "support/random_bytes.hpp"

using namespace godwit;
using namespace godwit::testing;
using godwit::delta::AnchorFilter;

namespace {

const HashKey key{HashKey::Seed{std::byte{5}}};

std::vector<std::uint32_t>
candidates(const AnchorFilter& filter, ByteView bytes)
{
  std::vector<std::uint32_t> found(bytes.size());
  found.resize(filter.scan(bytes.data(), bytes.size() - AnchorFilter::reach + 1, found));
  return found;
}

} // namespace

TEST_CASE("candidates are as frequent as asked for")
{
  Random random(1);
  const Bytes bytes = random_bytes(random, 1 << 20);
  for (const unsigned bits : {8U, 11U, 14U}) {
    const double expected = static_cast<double>(bytes.size() >> bits);
    const auto found = static_cast<double>(candidates(AnchorFilter(key, bits), bytes).size());
    CHECK(found > expected * 0.7);
    CHECK(found < expected * 1.3);
  }
}

TEST_CASE("candidates move with their bytes, wherever vectors begin")
{
  Random random(2);
  const Bytes bytes = random_bytes(random, 20000);
  const AnchorFilter filter(key, 8);
  const std::vector<std::uint32_t> all = candidates(filter, bytes);
  REQUIRE(all.size() > 20);
  for (std::uint32_t shift = 1; shift < 100; ++shift) {
    std::vector<std::uint32_t> expected;
    for (const std::uint32_t position : all) {
      if (position >= shift) {
        expected.push_back(position - shift);
      }
    }
    CHECK(candidates(filter, ByteView(bytes).subspan(shift)) == expected);
  }
}

TEST_CASE("each position is tested alike in a vector and alone")
{
  Random random(3);
  const Bytes bytes = random_bytes(random, 5000);
  const AnchorFilter filter(key, 8);
  std::vector<std::uint32_t> alone;
  std::vector<std::uint32_t> one(1);
  for (std::uint32_t i = 0; i + AnchorFilter::reach <= bytes.size(); ++i) {
    if (filter.scan(bytes.data() + i, 1, one) == 1) {
      alone.push_back(i);
    }
  }
  CHECK(candidates(filter, bytes) == alone);
}

TEST_CASE("zeros hold no candidate and dense content few")
{
  const AnchorFilter filter(key, 8);
  CHECK(candidates(filter, Bytes(10000, std::byte{0})).empty());
  for (unsigned value = 1; value < 256; ++value) {
    CHECK(candidates(filter, Bytes(10000, std::byte(value))).size() <= 10000 / 32);
  }
}

TEST_CASE("the scan stops when there is no more room")
{
  Random random(4);
  const Bytes bytes = random_bytes(random, 100000);
  const AnchorFilter filter(key, 8);
  std::vector<std::uint32_t> found(10);
  REQUIRE(filter.scan(bytes.data(), bytes.size() - AnchorFilter::reach, found) == 10);
  std::vector<std::uint32_t> all = candidates(filter, bytes);
  all.resize(10);
  CHECK(found == all);
}
