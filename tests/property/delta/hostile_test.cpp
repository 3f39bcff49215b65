#include "support/delta_pair.hpp"
#include "support/random_bytes.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "godwit/base/varint.hpp"

using namespace godwit;
using namespace godwit::testing;
using namespace godwit::delta;

namespace {

const HashKey key{HashKey::Seed{std::byte{9}}};

// Flips, overwrites, removes or adds a few bytes.
void
mutate(Random& random, Bytes& bytes)
{
  for (std::uint64_t left = 1 + below(random, 4); left > 0; --left) {
    const auto at = static_cast<std::ptrdiff_t>(below(random, bytes.size() + 1));
    if (bytes.empty() || below(random, 4) == 0) {
      bytes.insert(bytes.begin() + at, static_cast<std::byte>(random()));
    } else if (at < static_cast<std::ptrdiff_t>(bytes.size())) {
      bytes[static_cast<std::size_t>(at)] = static_cast<std::byte>(random());
    } else {
      bytes.pop_back();
    }
  }
}

// Refuses to grow without bound, as a receiver does.
struct Refuser : Rebuild {
  Result<>
  literal(ByteView) override
  {
    return {};
  }
  Result<>
  copy(std::uint64_t, ByteView) override
  {
    return {};
  }
  Result<>
  hole(std::uint64_t) override
  {
    return {};
  }
};

} // namespace

TEST_CASE("a signature of claimed size but without its blocks is refused")
{
  Bytes wire;
  append_varint(wire, max_basis_bytes);
  wire.push_back(std::byte{0});
  auto decoded = decode(wire);
  REQUIRE(!decoded);
  CHECK(decoded.error().kind == ErrorKind::protocol);
}

TEST_CASE("a signature of a file larger than any is refused")
{
  Bytes wire;
  append_varint(wire, max_basis_bytes + 1);
  wire.push_back(std::byte{0});
  CHECK(!decode(wire));
}

TEST_CASE("a signature cut anywhere is refused")
{
  Random random(1);
  const Bytes wire = encoded_signature(key, random_bytes(random, 5000));
  REQUIRE(decode(wire));
  for (std::size_t length = 0; length < wire.size(); ++length) {
    CHECK(!decode(ByteView(wire).first(length)));
  }
}

TEST_CASE("a changed signature is refused or matches what it says, and verification decides")
{
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Bytes basis = random_bytes(random, below(random, 6000));
    Bytes wire = encoded_signature(key, basis);
    mutate(random, wire);
    auto signature = decode(wire);
    if (!signature) {
      CHECK(signature.error().kind == ErrorKind::protocol);
      continue;
    }
    CHECK(signature->blocks.size() * 6 <= wire.size());
    MemoryReadAt file(basis);
    OpWriter writer([](Bytes) { return Result<>(); });
    auto matched = Matcher(key, *std::move(signature)).match(file, basis.size(), writer);
    REQUIRE(matched);
    CHECK(matched->bytes == basis.size());
  }
}

TEST_CASE("changed and random chunks are refused or applied within the basis")
{
  Random random(5);
  const Bytes basis = random_bytes(random, 20000);
  MemoryReadAt file(basis);
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    CAPTURE(seed);
    Random choice(seed);
    Bytes chunk;
    OpWriter writer([&](Bytes full) {
      chunk = std::move(full);
      return Result<>();
    });
    for (int i = 0; i < 10; ++i) {
      REQUIRE(writer.copy(below(choice, 10000), 1 + below(choice, 5000)));
      REQUIRE(writer.literal(ByteView(basis).first(below(choice, 30))));
    }
    REQUIRE(writer.finish());
    if (seed % 3 == 0) {
      chunk = random_bytes(choice, below(choice, 100));
    }
    mutate(choice, chunk);
    Refuser rebuild;
    Patcher patcher(&file, basis.size(), rebuild, key);
    patcher.set_limit(1 << 20);
    if (auto applied = patcher.apply(chunk); !applied) {
      CHECK(applied.error().kind == ErrorKind::protocol);
    }
    CHECK(patcher.rebuilt_bytes() <= 1 << 20);
  }
}

TEST_CASE("changed and random requests for sums are refused or lie within the basis")
{
  Random random(5);
  const Bytes basis = random_bytes(random, 50000);
  MemoryReadAt file(basis);
  SumRequest request;
  request.ranges = {{{0, 4096}, 512}, {{40000, 10000}, 4096}, {{8192, 512}, 512}};
  SumRequest proof;
  proof.kind = SumKind::proof;
  proof.key_bits = 0;
  proof.ranges = {{{512, 160}, 16}, {{30000, 1600}, 16}};
  proof.chosen = {{std::byte{255}, std::byte{3}}, Bytes(13, std::byte{9})};
  proof.chosen[1][12] = std::byte{8};
  const SumRequests requests = {request, proof};
  Bytes wire;
  encode(requests, wire);
  REQUIRE(decode_sum_requests(wire, basis.size()));
  CHECK(*decode_sum_requests(wire, basis.size()) == requests);
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    CAPTURE(seed);
    Random choice(seed);
    Bytes changed = wire;
    if (seed % 3 == 0) {
      changed = random_bytes(choice, below(choice, 60));
      changed.insert(changed.begin(), 2, std::byte{24});
      changed.insert(changed.begin(), static_cast<std::byte>(changed.size()));
    }
    mutate(choice, changed);
    auto decoded = decode_sum_requests(changed, basis.size());
    if (!decoded) {
      CHECK(decoded.error().kind == ErrorKind::protocol);
      continue;
    }
    CHECK(sum_ranges(key, file, *decoded));
  }
}

TEST_CASE("a request for more sums than the limit is refused")
{
  SumRequest request;
  request.ranges = {{{0, 512 * SumRequest::max_blocks}, 512}, {{0, 1}, 512}};
  Bytes wire;
  encode({request}, wire);
  CHECK(!decode_sum_requests(wire, max_basis_bytes));
}

TEST_CASE("changed fine sums cost literals but never the content, and a wrong length is refused")
{
  Random random(8);
  const Bytes basis = random_bytes(random, 3 << 20);
  Bytes fresh = basis;
  for (std::size_t at = 5000; at < fresh.size(); at += 100000) {
    fresh[at] ^= std::byte{1};
  }
  MemoryReadAt basis_file(basis);
  MemoryReadAt fresh_file(fresh);
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    MemoryRebuild rebuild;
    Patcher patcher(&basis_file, basis.size(), rebuild, key);
    OpWriter writer([&](Bytes chunk) { return patcher.apply(chunk); });
    Refiner refiner(key, fresh_file, basis.size(), writer);
    Matcher matcher(key, *decode(encoded_signature(key, basis, {Strength::sized, Levels::several})));
    auto matched = matcher.match(fresh_file, fresh.size(), refiner);
    REQUIRE(matched);
    REQUIRE(refiner.likely_saving() > 0);
    auto request = decode_sum_requests(refiner.request(), basis.size());
    Bytes sums = *sum_ranges(key, basis_file, *request);
    CHECK(!refiner.refine(ByteView(sums).first(sums.size() - 1)));
    for (std::byte& byte : sums) {
      byte ^= static_cast<std::byte>(below(random, 3) == 0 ? random() : 0);
    }
    REQUIRE(refiner.refine(sums));
    REQUIRE(refiner.finish());
    REQUIRE(writer.finish());
    CHECK(patcher.finish(matched->hash, matched->bytes));
  }
}
