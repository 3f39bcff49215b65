#include "godwit/base/rate_limit.hpp"

#include <deque>
#include <random>
#include <vector>

#include <doctest/doctest.h>

using namespace godwit;
using namespace std::chrono_literals;

namespace {

struct Move {
  Pace::Time at;
  std::size_t bytes;
};

// A sender that always has more, whose wake-ups come late by up to `delay`.
std::vector<Move>
send(Pace& pace, Pace::Time& now, std::chrono::seconds long_, std::chrono::microseconds delay)
{
  std::mt19937 random(7);
  std::vector<Move> moves;
  const Pace::Time until = now + long_;
  while (now < until) {
    const std::size_t bytes = pace.portion((1U << 24U) + random() % (1U << 20U));
    moves.push_back({now, bytes});
    now = std::max(now, pace.pass(bytes, now)) +
          std::chrono::microseconds(delay.count() == 0 ? 0 : random() % static_cast<std::uint64_t>(delay.count()));
  }
  return moves;
}

// The most that moved in any two seconds.
std::size_t
most_in_two_seconds(const std::vector<Move>& moves)
{
  std::deque<Move> window;
  std::size_t sum = 0;
  std::size_t most = 0;
  for (const Move& move : moves) {
    window.push_back(move);
    sum += move.bytes;
    while (move.at - window.front().at > 2s) {
      sum -= window.front().bytes;
      window.pop_front();
    }
    most = std::max(most, sum);
  }
  return most;
}

std::size_t
total(const std::vector<Move>& moves)
{
  std::size_t sum = 0;
  for (const Move& move : moves) {
    sum += move.bytes;
  }
  return sum;
}

} // namespace

TEST_CASE("no two seconds move 5 % more than the rate, and a minute moves no less")
{
  for (const std::uint64_t rate : {1024ULL, 100'000ULL, 2'000'000ULL, 300'000'000ULL}) {
    for (const auto delay : {0us, 300us, 5000us}) {
      CAPTURE(rate);
      CAPTURE(delay.count());
      Pace pace;
      pace.set_rate(rate);
      Pace::Time now{1000s};
      const std::vector<Move> moves = send(pace, now, 60s, delay);
      const double wanted = static_cast<double>(rate);
      CHECK(static_cast<double>(most_in_two_seconds(moves)) <= 2.1 * wanted);
      CHECK(static_cast<double>(total(moves)) >= 0.99 * 60 * wanted);
      CHECK(static_cast<double>(total(moves)) <= 1.01 * 60 * wanted);
    }
  }
}

TEST_CASE("after a pause nothing is made up for")
{
  Pace pace;
  pace.set_rate(1'000'000);
  Pace::Time now{1000s};
  std::vector<Move> moves = send(pace, now, 3s, 0us);
  now += 60s;
  const std::vector<Move> later = send(pace, now, 3s, 0us);
  moves.insert(moves.end(), later.begin(), later.end());
  CHECK(most_in_two_seconds(moves) <= 2'100'000);
}

TEST_CASE("a new rate holds from the next portion on")
{
  Pace pace;
  pace.set_rate(10'000'000);
  Pace::Time now{1000s};
  static_cast<void>(send(pace, now, 3s, 0us));
  pace.set_rate(100'000);
  const std::vector<Move> slow = send(pace, now, 10s, 0us);
  CHECK(most_in_two_seconds(slow) <= 210'000);
  CHECK(total(slow) >= 990'000);
  pace.set_rate(0);
  CHECK(pace.portion(1U << 30U) == 1U << 30U);
  CHECK(pace.pass(1U << 30U, now) == now);
}
