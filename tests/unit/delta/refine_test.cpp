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

TEST_CASE("a few bytes changed in a small file cost one or two blocks of a guess")
{
  const Bytes basis = some_bytes(100000);
  Bytes fresh = basis;
  overwrite(fresh, 50010, 10);
  const RoundTrip trip = round_trip(key, basis, fresh, by_levels);
  CHECK(!trip.error);
  CHECK(trip.rounds == 2);
  CHECK(trip.match.literal_bytes <= 32);
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

namespace {

// Four bytes in every twenty to forty of a stretch differ, as of code that refers to what moved.
void
move_addresses(Bytes& bytes, std::size_t at, std::size_t end)
{
  Random random(11);
  while (at + 4 < end) {
    bytes[at] ^= std::byte{0x5a};
    bytes[at + 1] ^= std::byte{1};
    at += 20 + below(random, 20);
  }
}

} // namespace

TEST_CASE("of code whose addresses moved a good part is guessed")
{
  const Bytes basis = some_bytes(512 << 10);
  Bytes fresh = basis;
  move_addresses(fresh, 100000, 300000);
  const RoundTrip trip = round_trip(key, basis, fresh, by_levels);
  CHECK(!trip.error);
  CHECK(trip.rebuilt == fresh);
  CHECK(trip.match.literal_bytes < 135000);
}

TEST_CASE("code that moved itself, with the addresses in it, is guessed from both of its edges")
{
  const Bytes basis = some_bytes(512 << 10);
  Bytes fresh = basis;
  for (std::size_t at = 100000; at < 300000; at += 4000) {
    move_addresses(fresh, at, at + 500);
    fresh.insert(fresh.begin() + static_cast<std::ptrdiff_t>(at + 250), 16, std::byte{7});
  }
  const RoundTrip trip = round_trip(key, basis, fresh, by_levels);
  CHECK(!trip.error);
  CHECK(trip.rebuilt == fresh);
  CHECK(trip.match.literal_bytes < 50 * 450);
}

TEST_CASE("guesses that a proof does not bear out are literals")
{
  const Bytes basis = some_bytes(512 << 10);
  Bytes fresh = basis;
  move_addresses(fresh, 100000, 200000);
  MemoryReadAt basis_file(basis);
  MemoryReadAt fresh_file(fresh);
  MemoryRebuild rebuild;
  Patcher patcher(&basis_file, basis.size(), rebuild, key);
  OpWriter writer([&](Bytes chunk) { return patcher.apply(chunk); });
  Refiner refiner(key, fresh_file, basis.size(), writer);
  Matcher matcher(key, *decode(encoded_signature(key, basis, by_levels)));
  const auto matched = matcher.match(fresh_file, fresh.size(), refiner);
  REQUIRE(matched);
  std::size_t proofs = 0;
  while (refiner.likely_saving() > 0) {
    const auto requests = decode_sum_requests(refiner.request(), basis.size());
    REQUIRE(requests);
    Bytes sums = *sum_ranges(key, basis_file, *requests);
    if (requests->back().kind == SumKind::guess) {
      for (std::size_t i = 0; i < sums.size(); i += 2) {
        sums[i] = std::byte{3}; // of these one in 256 seems equal, and is not
      }
    }
    proofs += requests->back().kind == SumKind::proof ? 1 : 0;
    REQUIRE(refiner.refine(sums));
  }
  REQUIRE(refiner.finish());
  REQUIRE(writer.finish());
  CHECK(proofs != 0);
  CHECK(patcher.finish(matched->hash, matched->bytes));
}
