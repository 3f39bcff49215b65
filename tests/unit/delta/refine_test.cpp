#include "godwit/delta/refine.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "support/delta_pair.hpp"
#include "support/random_bytes.hpp"

using namespace godwit;
using namespace godwit::testing;
using namespace godwit::delta;

namespace {

const HashKey key{HashKey::Seed{std::byte{4}}};
constexpr SumOptions by_levels{Strength::sized, Levels::several};

Bytes
some_bytes(std::size_t count, std::uint64_t seed = 1)
{
  Random random(seed);
  return random_bytes(random, count);
}

void
overwrite(Bytes& bytes, std::size_t at, std::size_t count)
{
  const Bytes replacement = some_bytes(count, at + 77);
  std::ranges::copy(replacement, bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

} // namespace

TEST_CASE("a replaced page costs a page in two rounds")
{
  const Bytes basis = some_bytes(64 << 20);
  Bytes fresh = basis;
  overwrite(fresh, 4096 * 3333, 4096);
  const RoundTrip trip = round_trip(key, basis, fresh, by_levels);
  CHECK(!trip.error);
  CHECK(trip.rounds == 1 + (shape_for(basis.size(), by_levels).block_bytes > 16384 ? 1 : 0));
  CHECK(trip.match.literal_bytes == 4096);
}

TEST_CASE("an inserted line costs little more than itself")
{
  const Bytes basis = some_bytes(64 << 20);
  Bytes fresh = basis;
  for (std::size_t i = 1; i < 10; ++i) {
    fresh.insert(fresh.begin() + static_cast<std::ptrdiff_t>(i * 5000001), 100, std::byte{1});
  }
  const RoundTrip trip = round_trip(key, basis, fresh, by_levels);
  CHECK(!trip.error);
  CHECK(trip.match.literal_bytes <= 9 * (512 + 100));
  CHECK(trip.sum_bytes < 40000);
}

TEST_CASE("every eighth page replaced, so that no coarse block matches, is found by a sample")
{
  const Bytes basis = some_bytes(32 << 20);
  Bytes fresh = basis;
  for (std::size_t at = 0; at < fresh.size(); at += 8 * 4096) {
    overwrite(fresh, at + 4096, 4096);
  }
  const RoundTrip trip = round_trip(key, basis, fresh, by_levels);
  CHECK(!trip.error);
  CHECK(trip.match.literal_bytes < fresh.size() / 7);
}

TEST_CASE("unrelated content costs one small sample")
{
  const Bytes basis = some_bytes(32 << 20);
  const RoundTrip trip = round_trip(key, basis, some_bytes(33 << 20, 2), by_levels);
  CHECK(!trip.error);
  CHECK(trip.rounds <= 1);
  CHECK(trip.match.matched_bytes == 0);
  CHECK(trip.sum_bytes < (32 << 20) / 1500);
}

TEST_CASE("the edges of a moved part are found from both neighbours")
{
  const Bytes basis = some_bytes(32 << 20);
  Bytes fresh = basis;
  const auto part = fresh.begin() + 10000000;
  std::rotate(part, part + 1500000, part + 9000000);
  const RoundTrip trip = round_trip(key, basis, fresh, by_levels);
  CHECK(!trip.error);
  CHECK(trip.match.literal_bytes <= 3 * 1024);
}

TEST_CASE("a source that got shorter between match and refinement is an error")
{
  const Bytes basis = some_bytes(4 << 20);
  Bytes fresh = some_bytes(4 << 20, 3);
  MemoryReadAt whole(fresh);
  MemoryReadAt cut(ByteView(fresh).first(1 << 20));
  OpWriter writer([](Bytes) { return Result<>(); });
  Refiner refiner(key, cut, basis.size(), writer);
  Matcher matcher(key, *decode(encoded_signature(key, basis, by_levels)));
  REQUIRE(matcher.match(whole, fresh.size(), refiner));
  auto finished = refiner.finish();
  REQUIRE(!finished);
  CHECK(finished.error().kind == ErrorKind::changed);
}

TEST_CASE("a few bytes changed in a small file cost one block of the finest level")
{
  const Bytes basis = some_bytes(100000);
  Bytes fresh = basis;
  overwrite(fresh, 50010, 10);
  const RoundTrip trip = round_trip(key, basis, fresh, by_levels);
  CHECK(!trip.error);
  CHECK(trip.rounds == 1);
  CHECK(trip.match.literal_bytes == 128);
}

TEST_CASE("a page of which nothing is left is not searched for ever smaller parts")
{
  const Bytes basis = some_bytes(100000);
  Bytes fresh = basis;
  overwrite(fresh, 49152, 4096);
  const RoundTrip trip = round_trip(key, basis, fresh, by_levels);
  CHECK(!trip.error);
  CHECK(trip.rounds == 0);
}

TEST_CASE("rows of a database, a few bytes changed in each, cost less than half of 512 bytes")
{
  const Bytes basis = some_bytes(16 << 20);
  Bytes fresh = basis;
  constexpr std::size_t rows = 200;
  for (std::size_t row = 0; row < rows; ++row) {
    overwrite(fresh, row * 80000 + 5, 9);
  }
  const RoundTrip trip = round_trip(key, basis, fresh, by_levels);
  CHECK(!trip.error);
  CHECK(trip.match.literal_bytes <= rows * 256);
}
