#include "godwit/endpoint/level_choice.hpp"

#include <doctest/doctest.h>

using namespace godwit;
using namespace godwit::endpoint;

namespace {

using Clock = LevelChoice::Clock;
using Mode = proto::CompressMode;
using std::chrono::milliseconds;

// A second of sending, as both ends saw it.
struct Second {
  double packing = 0;     // shares of it
  double writing = 0;
  double peer_waited = 0;
  std::size_t wire_bytes = 0;
  std::size_t plain_bytes = 0;
};

// Levels after each of so many equal seconds.
std::vector<int>
levels(LevelChoice& choice, const Second& second, int count)
{
  std::vector<int> seen;
  static Clock::time_point now;
  static_cast<void>(choice.next(now));
  for (int i = 0; i < count; ++i) {
    now += milliseconds(1000);
    const auto share = [](double part) { return milliseconds(static_cast<int>(part * 1000)); };
    choice.sent(second.wire_bytes, share(second.packing), share(second.writing));
    choice.packed(second.plain_bytes, second.wire_bytes);
    choice.arrived({second.wire_bytes, LevelChoice::Seconds(1), LevelChoice::Seconds(second.peer_waited)});
    static_cast<void>(choice.next(now));
    seen.push_back(choice.current().level);
  }
  return seen;
}

constexpr Second slow_link{0.01, 0.9, 0.9, 1'000'000, 3'000'000};
constexpr Second hundred_mbit{0.1, 0.8, 0.9, 12'000'000, 36'000'000};
constexpr Second slow_dest{0.2, 0.7, 0.02, 30'000'000, 90'000'000};
constexpr Second slow_packer{0.9, 0.1, 0.8, 120'000'000, 350'000'000};

} // namespace

TEST_CASE("a slow link earns level 9 with long-distance matching and a wide window")
{
  LevelChoice choice({Mode::adaptive, 0}, 0);
  CHECK(choice.current().level == 1);
  CHECK(levels(choice, slow_link, 2) == std::vector{9, 9});
  CHECK(choice.current().long_distance);
  CHECK(choice.current().window_log == 25);
}

TEST_CASE("a link of 100 Mbit/s gets a middle level")
{
  LevelChoice choice({Mode::adaptive, 0}, 0);
  CHECK(levels(choice, hundred_mbit, 2) == std::vector{3, 3});
}

TEST_CASE("a fast link that had nothing to carry for most of the time is not taken for a slow one")
{
  LevelChoice choice({Mode::adaptive, 0}, 0);
  choice.peer_is_near();
  CHECK(levels(choice, {0, 0.35, 0.6, 100'000'000, 100'000'000}, 4) == std::vector{0, 0, 0, 0});
}

TEST_CASE("a level that this machine is too slow for is not taken")
{
  LevelChoice choice({Mode::adaptive, 0}, 0);
  const Second busy{0.6, 0.4, 0.9, 1'000'000, 3'000'000}; // level 1 at 5 MB/s
  CHECK(levels(choice, busy, 1) == std::vector{1});
}

TEST_CASE("where the dest or the packer is the limit compression is given up, with a near peer only")
{
  for (const Second& second : {slow_dest, slow_packer}) {
    LevelChoice near({Mode::adaptive, 0}, 0);
    near.peer_is_near();
    CHECK(levels(near, second, 2) == std::vector{0, 0});
    LevelChoice far({Mode::adaptive, 0}, 0);
    CHECK(levels(far, second, 3) == std::vector{-3, -3, -3});
  }
}

TEST_CASE("with a near peer nothing is compressed until the link proves to be the limit")
{
  LevelChoice choice({Mode::adaptive, 0}, 0);
  choice.peer_is_near();
  const auto first = choice.next({});
  REQUIRE(first);
  CHECK(first->level == 0);
  CHECK(first->packs_pages);
  CHECK(levels(choice, hundred_mbit, 2) == std::vector{3, 3});
  LevelChoice limited({Mode::adaptive, 0}, 1'000'000);
  limited.peer_is_near();
  CHECK(limited.current().level == 9);
}

TEST_CASE("where packing became the limit it is not tried again at once")
{
  constexpr Second fast_link{0.02, 0.9, 0.9, 100'000'000, 100'000'000};
  LevelChoice choice({Mode::adaptive, 0}, 0);
  choice.peer_is_near();
  static_cast<void>(choice.next({}));
  CHECK(levels(choice, fast_link, 1) == std::vector{1});
  CHECK(levels(choice, slow_packer, 2) == std::vector{-3, 0});
  CHECK(levels(choice, fast_link, 5) == std::vector{0, 0, 0, 0, 1});
}

TEST_CASE("what is forced is never given up, what is fixed or off never changes")
{
  LevelChoice forced({Mode::forced, 0}, 0);
  forced.peer_is_near();
  CHECK(levels(forced, slow_dest, 3) == std::vector{3, 3, 3});
  CHECK(levels(forced, slow_link, 1) == std::vector{9});
  LevelChoice fixed({Mode::fixed, 12}, 0);
  CHECK(levels(fixed, slow_link, 2) == std::vector{12, 12});
  LevelChoice off({Mode::off, 0}, 0);
  CHECK(levels(off, slow_link, 2) == std::vector{0, 0});
  CHECK(LevelChoice({Mode::fixed, 99}, 0).current().level == 22);
}

TEST_CASE("a limit that the user sets is known before anything was sent")
{
  LevelChoice choice({Mode::adaptive, 0}, 1'000'000);
  CHECK(choice.current().level == 9);
  CHECK(levels(choice, slow_dest, 2) == std::vector{9, 9});
}

TEST_CASE("a link that got faster gets its level lowered")
{
  LevelChoice choice({Mode::adaptive, 0}, 0);
  CHECK(levels(choice, slow_link, 1) == std::vector{9});
  CHECK(levels(choice, hundred_mbit, 2) == std::vector{3, 3});
}

TEST_CASE("levels change four times in the first second, then at most once a second, and not on a few bytes")
{
  LevelChoice choice({Mode::adaptive, 0}, 0);
  Clock::time_point now;
  const auto changes_after = [&](int passed, std::uint64_t arrived) {
    static_cast<void>(choice.next(now));
    choice.sent(300'000, milliseconds(0), milliseconds(900));
    choice.arrived({arrived, LevelChoice::Seconds(1), LevelChoice::Seconds(1)});
    now += milliseconds(passed);
    return choice.next(now).has_value();
  };
  CHECK_FALSE(changes_after(249, 1'000'000));
  CHECK(changes_after(1, 1'000'000));
  for (const std::uint64_t rate : {50'000'000U, 1'000'000U, 50'000'000U}) {
    CHECK(changes_after(250, rate));
  }
  CHECK_FALSE(changes_after(999, 1'000'000));
  CHECK(changes_after(1, 1'000'000));
  LevelChoice idle({Mode::adaptive, 0}, 0);
  static_cast<void>(idle.next(now));
  idle.sent(1000, milliseconds(0), milliseconds(900));
  CHECK_FALSE(idle.next(now + milliseconds(5000)));
}
