#include "delta/block_sum.hpp"

#include <doctest/doctest.h>

#include "support/random_bytes.hpp"

using namespace godwit;
using namespace godwit::delta;
using namespace godwit::testing;

TEST_CASE("the sum of a block is what rolling to it gives, whatever its length")
{
  const HashKey key{HashKey::Seed{std::byte{4}}};
  Random random(2);
  const Bytes bytes = random_bytes(random, 3000);
  for (const std::size_t window : {1, 2, 15, 16, 17, 31, 512, 1000}) {
    CAPTURE(window);
    const Rolling rolling(key, window);
    const BlockSum blocks(rolling);
    std::uint64_t sum = rolling.sum(bytes.data());
    for (std::size_t at = 0; at < 1000; ++at) {
      REQUIRE(blocks.sum(&bytes[at]) == sum);
      sum = rolling.roll(sum, &bytes[at]);
    }
  }
}
