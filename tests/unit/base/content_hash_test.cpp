#include "godwit/base/content_hash.hpp"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "support/random_bytes.hpp"

using namespace godwit;
using namespace godwit::testing;

namespace {

const HashKey key{HashKey::Seed{std::byte{3}}};

Hash128
hash_of(ByteView bytes, std::uint64_t offset = 0)
{
  ContentHash hash(key, offset);
  hash.update(bytes);
  return hash.digest();
}

// Blocks of zeros and of data, and edges that lie anywhere.
Bytes
holed(Random& random)
{
  Bytes bytes;
  for (std::uint64_t parts = below(random, 8); parts > 0; --parts) {
    const std::size_t length = below(random, 3) == 0 ? 4096 * below(random, 5) : below(random, 20000);
    const Bytes part = below(random, 2) == 0 ? Bytes(length, std::byte{0}) : random_bytes(random, length);
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  return bytes;
}

bool
is_zero(ByteView bytes)
{
  return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
}

} // namespace

TEST_CASE("ContentHash is the same however the bytes come, zeros told or read")
{
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Bytes bytes = holed(random);
    const std::uint64_t offset = below(random, 3) == 0 ? below(random, 10000) : 0;
    ContentHash hash(key, offset);
    for (ByteView rest = bytes; !rest.empty();) {
      const ByteView part = rest.first(std::min<std::size_t>(rest.size(), 1 + below(random, 9000)));
      rest = rest.subspan(part.size());
      if (is_zero(part)) {
        hash.zeros(part.size());
      } else {
        hash.update(part);
      }
    }
    REQUIRE(hash.digest() == hash_of(bytes, offset));
  }
}

TEST_CASE("ContentHash tells contents apart that differ in a byte or in zeros alone")
{
  Bytes bytes(40000, std::byte{0});
  std::set<Hash128> seen{hash_of(bytes)};
  for (const std::size_t length : {0U, 1U, 4095U, 4096U, 4097U, 39999U}) {
    CHECK(seen.insert(hash_of(ByteView(bytes).first(length))).second);
  }
  for (const std::size_t at : {0U, 1U, 4095U, 4096U, 8192U, 36863U, 36864U, 39999U}) {
    Bytes changed = bytes;
    changed[at] = std::byte{1};
    CHECK(seen.insert(hash_of(changed)).second);
  }
}

TEST_CASE("ContentHash takes a hole of a terabyte at once")
{
  ContentHash hash(key);
  hash.zeros(std::uint64_t{1} << 40);
  hash.update(as_bytes("end"));
  ContentHash other(key);
  other.zeros((std::uint64_t{1} << 40) - 4096);
  other.update(Bytes(4096, std::byte{0}));
  other.update(as_bytes("end"));
  CHECK(hash.digest() == other.digest());
}
