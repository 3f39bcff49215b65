#include "godwit/delta/matcher.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "godwit/base/content_hash.hpp"
#include "support/delta_pair.hpp"
#include "support/random_bytes.hpp"

using namespace godwit;
using namespace godwit::testing;
using namespace godwit::delta;

namespace {

const HashKey key{HashKey::Seed{std::byte{3}}};

Bytes
some_bytes(std::size_t count, std::uint64_t seed = 1)
{
  Random random(seed);
  return random_bytes(random, count);
}

Signature
signature_of(ByteView basis)
{
  SignatureBuilder builder(key, basis.size());
  builder.update(basis);
  return builder.finish();
}

Hash128
hash_of(ByteView content)
{
  ContentHash hash(key);
  hash.update(content);
  return hash.digest();
}

} // namespace

TEST_CASE("equal content is one copy")
{
  const Bytes bytes = some_bytes(3 << 20);
  for (const Levels levels : {Levels::one, Levels::several}) {
    const RoundTrip trip = round_trip(key, bytes, bytes, {Strength::sized, levels});
    CHECK(!trip.error);
    CHECK(trip.match.literal_bytes == 0);
    CHECK(trip.ops_bytes <= 6);
  }
}

TEST_CASE("sums of two halves, made apart, are those of the whole")
{
  for (const std::size_t size : {std::size_t{100'001}, (std::size_t{9} << 20) + 77}) {
    const Bytes basis = some_bytes(size);
    const std::uint64_t block = shape_for(size, {}).block_bytes;
    const std::uint64_t half = size / 2 / block;
    SignatureBuilder first(key, size);
    SignatureBuilder second(key, size);
    second.go_to(half);
    second.update(ByteView(basis).subspan(half * block));
    first.update(ByteView(basis).first(half * block));
    Signature joined{size, shape_for(size, {}), first.take()};
    const std::vector<Block> rest = second.take();
    joined.blocks.insert(joined.blocks.end(), rest.begin(), rest.end());
    const Signature whole = signature_of(basis);
    REQUIRE(joined.blocks.size() == whole.blocks.size());
    for (std::size_t i = 0; i < whole.blocks.size(); ++i) {
      CHECK(joined.blocks[i].strong == whole.blocks[i].strong);
    }
    Bytes fresh = basis;
    fresh.insert(fresh.begin() + 5000, std::byte{1});
    MemoryReadAt file(fresh);
    OpWriter ignored([](Bytes) -> Result<> { return {}; });
    const auto found = Matcher(key, joined).match(file, fresh.size(), ignored);
    REQUIRE(found);
    CHECK(found->literal_bytes <= block + 1);
  }
}

TEST_CASE("insertions, deletions and swaps in a large file cost a block or two each")
{
  const Bytes basis = some_bytes((40 << 20) + 77);
  const std::uint32_t block = shape_for(basis.size(), {}).block_bytes;
  REQUIRE(shape_for(basis.size(), {}).kind == KeyKind::anchor);
  Bytes fresh = basis;
  fresh.insert(fresh.begin() + 1000000, 100, std::byte{1});
  fresh.erase(fresh.begin() + 9000000, fresh.begin() + 9001000);
  std::swap_ranges(fresh.begin() + 15000000, fresh.begin() + 17000000, fresh.begin() + 20000000);
  const RoundTrip trip = round_trip(key, basis, fresh);
  CHECK(!trip.error);
  CHECK(trip.match.literal_bytes <= 11 * block);
}

TEST_CASE("a byte inserted in front costs a byte")
{
  const Bytes basis = some_bytes((3 << 20) + 77);
  Bytes fresh = basis;
  fresh.insert(fresh.begin(), std::byte{0x55});
  const RoundTrip trip = round_trip(key, basis, fresh);
  CHECK(!trip.error);
  CHECK(trip.match.literal_bytes == 1);
}

TEST_CASE("an overwritten byte costs a block")
{
  const Bytes basis = some_bytes(3 << 20);
  Bytes fresh = basis;
  fresh[1234567] ^= std::byte{1};
  const RoundTrip trip = round_trip(key, basis, fresh);
  CHECK(!trip.error);
  CHECK(trip.match.literal_bytes == shape_for(basis.size(), {}).block_bytes);
}

TEST_CASE("the basis' short end is found at the end and before appended bytes")
{
  const Bytes basis = some_bytes(100000 + 99);
  Bytes fresh = basis;
  fresh[3] ^= std::byte{1};
  CHECK(round_trip(key, basis, fresh).match.literal_bytes == shape_for(basis.size(), {}).block_bytes);
  fresh = basis;
  append(fresh, some_bytes(500, 2));
  CHECK(round_trip(key, basis, fresh).match.literal_bytes == 500);
}

TEST_CASE("zeros that were moved are found")
{
  const Bytes basis(1 << 20, std::byte{0});
  const Bytes fresh((1 << 20) + 1000, std::byte{0});
  CHECK(round_trip(key, basis, fresh).match.literal_bytes <= 1000);
}

TEST_CASE("without a basis all is literal and hashed")
{
  const Bytes fresh = some_bytes(300000);
  const RoundTrip trip = round_trip(key, {}, fresh);
  CHECK(!trip.error);
  CHECK(trip.match.literal_bytes == fresh.size());
  CHECK(trip.match.hash == hash_of(fresh));
}

TEST_CASE("full strength finds the same")
{
  const Bytes basis = some_bytes(1 << 20);
  CHECK(round_trip(key, basis, basis, {Strength::full}).match.literal_bytes == 0);
}

TEST_CASE("a file that grew is read one byte further than claimed")
{
  const Bytes fresh = some_bytes(5000);
  MemoryReadAt file(fresh);
  OpWriter writer([](Bytes) { return Result<>(); });
  auto grown = Matcher(key, Signature()).match(file, 4000, writer);
  REQUIRE(grown);
  CHECK(grown->bytes == 4001);
  auto shrunk = Matcher(key, Signature()).match(file, 6000, writer);
  REQUIRE(shrunk);
  CHECK(shrunk->bytes == 5000);
}

TEST_CASE("an error of the sink ends the match")
{
  const Bytes fresh = some_bytes(5 << 20);
  MemoryReadAt file(fresh);
  std::size_t chunks = 0;
  OpWriter writer([&](Bytes) -> Result<> {
    ++chunks;
    return make_error(ErrorKind::stopped, "no");
  });
  auto matched = Matcher(key, signature_of(some_bytes(1 << 20, 9))).match(file, fresh.size(), writer);
  REQUIRE(!matched);
  CHECK(matched.error().kind == ErrorKind::stopped);
  CHECK(chunks == 1);
}

TEST_CASE("a basis that shrank while it was summed gives a signature of its full shape")
{
  const Bytes basis = some_bytes(100000);
  SignatureBuilder builder(key, 200000);
  builder.update(basis);
  const Signature signature = builder.finish();
  Bytes wire;
  encode(signature, wire);
  CHECK(decode(wire));
}

TEST_CASE("a wrong hash or length fails the patch")
{
  const Bytes fresh = some_bytes(100);
  MemoryRebuild rebuild;
  Patcher patcher(nullptr, 0, rebuild, key);
  OpWriter writer([&](Bytes chunk) { return patcher.apply(chunk); });
  REQUIRE(writer.literal(fresh));
  REQUIRE(writer.finish());
  CHECK(patcher.finish(hash_of(fresh), 100));
  auto failed = patcher.finish(hash_of({}), 100);
  REQUIRE(!failed);
  CHECK(failed.error().kind == ErrorKind::verify);
  CHECK(!patcher.finish(hash_of(fresh), 101));
}

TEST_CASE("a copy from a basis that shrank is a failed check, so that the file is sent again")
{
  const Bytes basis = some_bytes(1000);
  MemoryReadAt file(basis);
  MemoryRebuild rebuild;
  Patcher patcher(&file, 2000, rebuild, key);
  OpWriter writer([&](Bytes chunk) { return patcher.apply(chunk); });
  REQUIRE(writer.copy(500, 1000));
  auto ended = writer.finish();
  REQUIRE(!ended);
  CHECK(ended.error().kind == ErrorKind::verify);
}
