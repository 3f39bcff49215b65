#include "support/delta_pair.hpp"
#include "support/random_bytes.hpp"

#include <algorithm>
#include <cstdlib>

#include <doctest/doctest.h>

using namespace godwit;
using namespace godwit::testing;
using namespace godwit::delta;

namespace {

// More with GODWIT_PROPERTY_CASES, for long runs.
std::size_t
cases()
{
  const char* wanted = std::getenv("GODWIT_PROPERTY_CASES");
  return wanted == nullptr ? 3000 : std::strtoul(wanted, nullptr, 10);
}

Bytes
slice(ByteView bytes, std::size_t at, std::size_t count)
{
  const ByteView part = bytes.subspan(at, count);
  return {part.begin(), part.end()};
}

// Random, all zeros, periodic, or of few different bytes.
Bytes
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

std::size_t
random_size(Random& random)
{
  const std::uint64_t kind = below(random, 10);
  if (kind == 0) {
    return below(random, 3);
  }
  if (kind < 3) {
    return 512 * (1 + below(random, 6)) + below(random, 3) - 1;
  }
  return below(random, kind < 9 ? 20000 : 200000);
}

void
edit(Random& random, Bytes& bytes)
{
  const std::size_t at = below(random, bytes.size() + 1);
  const auto here = bytes.begin() + static_cast<std::ptrdiff_t>(at);
  const std::size_t count = std::min<std::size_t>(bytes.size() - at, below(random, 3000));
  const auto past = here + static_cast<std::ptrdiff_t>(count);
  switch (below(random, 5)) {
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
  case 3: { // moves a part to another place
    const Bytes part = slice(bytes, at, count);
    bytes.erase(here, past);
    const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(below(random, bytes.size() + 1));
    bytes.insert(place, part.begin(), part.end());
    break;
  }
  default: { // repeats a part
    const Bytes part = slice(bytes, at, count);
    bytes.insert(past, part.begin(), part.end());
    break;
  }
  }
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
  for (std::size_t seed = 0; seed < cases(); ++seed) {
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
  for (std::size_t seed = 0; seed < cases() / 10; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Bytes basis = random_content(random, random_size(random));
    check_round_trip(basis, random_content(random, random_size(random)));
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
  for (std::size_t seed = 0; seed < std::max<std::size_t>(cases() / 300, 1); ++seed) {
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
