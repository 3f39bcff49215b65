#include "edit_script.hpp"
#include "support/delta_pair.hpp"

#include <algorithm>
#include <cstdlib>

#include <doctest/doctest.h>

using namespace godwit;
using namespace godwit::testing;
using namespace godwit::delta;

namespace {

// How many pairs of a basis and an edit script; GODWIT_PROPERTY_CASES=N takes N % of them.
constexpr std::size_t edited_pairs = 79000;
constexpr std::size_t unrelated_pairs = 10000;
constexpr std::size_t unequal_pairs = 10000;
constexpr std::size_t levelled_pairs = 1000;
static_assert(edited_pairs + unrelated_pairs + unequal_pairs + levelled_pairs >= 100000);

std::size_t
cases(std::size_t usual)
{
  static const char* const wanted = std::getenv("GODWIT_PROPERTY_CASES");
  return wanted == nullptr ? usual : usual * std::strtoul(wanted, nullptr, 10) / 100;
}

// The signature of a basis that arrives in pieces of any size.
Bytes
signature_in_pieces(Random& random, const HashKey& key, ByteView basis, SumOptions options)
{
  SignatureBuilder builder(key, basis.size(), options);
  while (!basis.empty()) {
    const std::size_t count = std::min<std::size_t>(basis.size(), 1 + below(random, 5000));
    builder.update(basis.first(count));
    basis = basis.subspan(count);
  }
  Bytes wire;
  encode(builder.finish(), wire);
  return wire;
}

void
check_round_trip(ByteView basis, ByteView fresh)
{
  static const HashKey key{HashKey::Seed{std::byte{7}}};
  const SumOptions options{fresh.size() % 7 == 0 ? Strength::full : Strength::sized,
                           fresh.size() % 2 == 0 ? Levels::one : Levels::several};
  const RoundTrip trip = round_trip(key, basis, fresh, options);
  REQUIRE_MESSAGE(!trip.error, (trip.error ? trip.error->text : ""));
  REQUIRE(trip.rebuilt.size() == fresh.size());
  REQUIRE(std::ranges::equal(trip.rebuilt, fresh));
  REQUIRE(trip.match.literal_bytes + trip.match.matched_bytes == fresh.size());
}

} // namespace

TEST_CASE("random edits of random content come back whole")
{
  for (std::size_t seed = 0; seed < cases(edited_pairs); ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Bytes basis = random_content(random, random_size(random));
    Bytes fresh = basis;
    for (std::uint64_t edits = below(random, 8); edits > 0; --edits) {
      edit(random, fresh);
    }
    check_round_trip(basis, fresh);
  }
}

TEST_CASE("unrelated content comes back whole")
{
  for (std::size_t seed = 0; seed < cases(unrelated_pairs); ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Bytes basis = random_content(random, random_size(random));
    check_round_trip(basis, random_content(random, random_size(random)));
  }
}

TEST_CASE("a basis a hundred times larger or smaller serves, and its edited repetitions come back whole")
{
  for (std::size_t seed = 0; seed < cases(unequal_pairs); ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Bytes small = random_content(random, 1 + below(random, 700));
    Bytes large;
    for (int i = 0; i < 100; ++i) {
      append(large, below(random, 3) == 0 ? random_content(random, small.size()) : small);
    }
    edit(random, large);
    check_round_trip(seed % 2 == 0 ? small : large, seed % 2 == 0 ? large : small);
  }
}

TEST_CASE("edits come back whole by finer levels, and cost little")
{
  static const HashKey key{HashKey::Seed{std::byte{8}}};
  std::size_t rounds = 0;
  for (std::size_t seed = 0; seed < cases(levelled_pairs); ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Bytes basis = random_content(random, (std::size_t{1} << 20) + below(random, 9000));
    Bytes fresh = basis;
    std::uint64_t edits = below(random, 8);
    for (std::uint64_t left = edits; left > 0; --left) {
      edit(random, fresh);
    }
    const RoundTrip trip = round_trip(key, basis, fresh, {Strength::sized, Levels::several});
    REQUIRE_MESSAGE(!trip.error, (trip.error ? trip.error->text : ""));
    REQUIRE(std::ranges::equal(trip.rebuilt, fresh));
    REQUIRE(trip.match.literal_bytes <= edits * 20000); // what it moved or added, and a coarse block around each end
    rounds += trip.rounds;
  }
  CHECK(rounds > 0);
}

TEST_CASE("a signature does not depend on the pieces in which its basis arrives")
{
  static const HashKey key{HashKey::Seed{std::byte{7}}};
  for (std::size_t seed = 0; seed < 600; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const SumOptions options{Strength::sized, seed % 2 == 0 ? Levels::one : Levels::several};
    const Bytes basis = random_content(random, seed % 20 == 0 ? 1100000 + below(random, 9) : random_size(random));
    REQUIRE(signature_in_pieces(random, key, basis, options) == encoded_signature(key, basis, options));
  }
}

TEST_CASE("a source that is cut or has grown since it was listed is told by what was read")
{
  static const HashKey key{HashKey::Seed{std::byte{7}}};
  for (std::size_t seed = 0; seed < 2000; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Bytes basis = random_content(random, random_size(random));
    Bytes fresh = basis;
    edit(random, fresh);
    const std::size_t claimed = seed % 2 == 0 ? fresh.size() + 1 + below(random, 9000) : below(random, fresh.size() + 1);
    MemoryReadAt file(fresh);
    OpWriter writer([](Bytes) { return Result<>(); });
    auto matched = Matcher(key, *decode(encoded_signature(key, basis))).match(file, claimed, writer);
    REQUIRE(matched);
    REQUIRE(matched->bytes == std::min(fresh.size(), claimed + 1));
  }
}

TEST_CASE("sizes around the edges of blocks come back whole")
{
  Random random(1);
  const Bytes bytes = random_bytes(random, 3000);
  for (const std::size_t from : {0U, 1U, 511U, 512U, 513U, 1023U, 1024U, 1025U, 3000U}) {
    for (const std::size_t to : {0U, 1U, 511U, 512U, 513U, 1023U, 1024U, 1025U, 3000U}) {
      CAPTURE(from);
      CAPTURE(to);
      check_round_trip(slice(bytes, 0, from), slice(bytes, 0, to));
      check_round_trip(slice(bytes, 3000 - from, from), slice(bytes, 3000 - to, to));
    }
  }
}

TEST_CASE("files of several windows come back whole")
{
  for (std::size_t seed = 0; seed < 10; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Bytes basis = random_content(random, (std::size_t{5} << 20) + below(random, 70000));
    Bytes fresh = basis;
    for (std::uint64_t edits = below(random, 30); edits > 0; --edits) {
      edit(random, fresh);
    }
    check_round_trip(basis, fresh);
  }
}
