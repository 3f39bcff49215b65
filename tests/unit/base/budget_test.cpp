#include "godwit/base/budget.hpp"

#include <atomic>
#include <thread>

#include <doctest/doctest.h>

using namespace godwit;

TEST_CASE("a budget blocks the taker until a lease is given back")
{
  Budget budget(10);
  std::atomic<bool> granted = false;
  Lease first = budget.take(8);
  std::jthread taker([&] {
    const Lease second = budget.take(5);
    granted = true;
  });
  CHECK_FALSE(granted);
  first.release();
  taker.join();
  CHECK(granted);
}

TEST_CASE("a request larger than the whole budget is granted alone")
{
  Budget budget(10);
  const Lease lease = budget.take(1000);
}

TEST_CASE("who does not want to wait gets what is free, or nothing")
{
  Budget budget(10);
  auto first = budget.try_take(8);
  REQUIRE(first);
  CHECK_FALSE(budget.try_take(3));
  CHECK(budget.try_take(2));
  CHECK_FALSE(budget.try_take(~std::size_t{0}));
  first->release();
  const Lease larger = budget.take(11);
  CHECK_FALSE(budget.try_take(0));
}

TEST_CASE("a closed budget blocks nobody")
{
  Budget budget(1);
  const Lease first = budget.take(1);
  budget.close();
  const Lease second = budget.take(1);
}

TEST_CASE("a lease may outlive its budget")
{
  Lease lease;
  {
    Budget budget(1);
    lease = budget.take(1);
  }
  lease.release();
}
