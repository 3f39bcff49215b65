#include "godwit/model/entry.hpp"

#include <utility>

#include <doctest/doctest.h>

using namespace godwit;
using model::Entry;

// With the 64 bytes that malloc takes for a path of 36 to 51 bytes: 120.
TEST_CASE("An entry takes 56 bytes beside its path")
{
  CHECK(sizeof(Entry) <= 56);
}

TEST_CASE("What an entry has beyond the usual is copied with it")
{
  Entry entry;
  CHECK(entry.target().empty());
  CHECK(entry.digest() == Hash128{});
  CHECK(entry.device() == 0);
  entry.set_target("where");
  entry.set_digest({1, 2});
  entry.set_device(3);
  Entry copy = entry;
  entry.set_target("");
  entry.set_digest({});
  CHECK(entry.target().empty());
  CHECK(entry.digest() == Hash128{});
  CHECK(entry.device() == 3);
  CHECK(copy.target() == "where");
  CHECK(copy.digest() == Hash128{1, 2});
  const Entry moved = std::move(copy);
  CHECK(moved.device() == 3);
}
