#include "session/growth.hpp"

#include <doctest/doctest.h>

using namespace godwit::session;
using namespace std::chrono_literals;

namespace {

// A link of so many bytes a second, whose streams move at most 2 MiB a round trip each: how many a run comes to have.
std::size_t
settles_at(double bytes_per_second, std::chrono::microseconds round_trip, std::chrono::seconds run = 30s)
{
  Growth growth;
  Growth::Time now{1000s};
  const Growth::Time until = now + run;
  std::size_t connections = 1;
  double bytes = 0;
  for (; now < until; now += 200ms) {
    const double stream = (2 << 20) * 0.88 / std::chrono::duration<double>(round_trip).count();
    bytes += 0.2 * std::min(bytes_per_second, stream * static_cast<double>(connections));
    const std::size_t wanted = growth.wanted({now, round_trip, static_cast<std::uint64_t>(bytes), connections});
    CHECK(wanted <= Growth::most);
    connections = std::max(connections, wanted); // logins take no time here
  }
  return connections;
}

} // namespace

TEST_CASE("a run has one connection where that fills the link, and more where its window holds it back")
{
  CHECK(settles_at(125e6, 100ms) == 8);
  CHECK(settles_at(125e6, 1ms) == 1);
  CHECK(settles_at(1e9, 10ms) == 1);
  CHECK(settles_at(12.5e6, 20ms) == 1);
  CHECK(settles_at(12.5e6, 50ms) == 1);
  CHECK(settles_at(12.5e6, 200ms) == 3);
  CHECK(settles_at(1e5, 300ms) == 1);
}

TEST_CASE("without a measured round trip there is one connection")
{
  Growth growth;
  for (int i = 0; i < 50; ++i) {
    const std::uint64_t bytes = static_cast<std::uint64_t>(i) << 24U;
    CHECK(growth.wanted({Growth::Time{1000s + i * 200ms}, std::nullopt, bytes, 1}) == 1);
  }
}

TEST_CASE("while wanted connections are still on their way, no more are wanted")
{
  Growth growth;
  std::size_t wanted = 1;
  for (int i = 0; i < 50; ++i) {
    wanted = growth.wanted({Growth::Time{1000s + i * 200ms}, 100ms, static_cast<std::uint64_t>(i) * 4'000'000, 1});
  }
  CHECK(wanted == 3);
}
