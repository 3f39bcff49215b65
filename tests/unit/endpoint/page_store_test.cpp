#include "endpoint/page_store.hpp"

#include <future>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace godwit;
using endpoint::PageStore;
using model::Entry;

namespace {

std::vector<Entry>
page_of(std::uint64_t number)
{
  std::vector<Entry> entries(2);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].path = *model::RelPath::parse("folder/" + std::to_string(number) + std::to_string(i));
    entries[i].size = number;
    entries[i].mtime = {-5, 7};
  }
  return entries;
}

bool
is_page(const std::optional<std::vector<Entry>>& entries, std::uint64_t number)
{
  const std::vector<Entry> wanted = page_of(number);
  return entries && entries->size() == wanted.size() && entries->back().path == wanted.back().path &&
         entries->back().size == number && entries->back().mtime == wanted.back().mtime;
}

} // namespace

TEST_CASE("PageStore gives out late pages as they were listed, each once")
{
  PageStore store(1000);
  for (std::uint64_t page = 0; page < 200; ++page) {
    REQUIRE(store.add(page, page_of(page)));
  }
  for (const std::uint64_t page : {0U, 5U, 150U, 199U}) {
    CHECK(is_page(store.take(page), page));
    CHECK(!store.take(page));
  }
  CHECK(!store.take(200));
}

TEST_CASE("PageStore lends a page some times, and forgets it once it is settled")
{
  PageStore store(1000);
  REQUIRE(store.add(0, page_of(0)));
  for (std::uint64_t page = 1; page < 100; ++page) {
    auto lent = store.borrow(0); // it gets old meanwhile
    REQUIRE(lent.has_value() == (page <= 8));
    REQUIRE(store.add(page, page_of(page)));
    if (lent) {
      CHECK(is_page(lent, 0));
      store.give_back(0, *std::move(lent));
    }
  }
  CHECK(is_page(store.take(0), 0));
  store.settle(50);
  CHECK(!store.borrow(49));
  CHECK(is_page(store.borrow(50), 50));
}

TEST_CASE("PageStore makes the scan wait for credit, which cannot be had in advance")
{
  PageStore store(2);
  REQUIRE(store.add(0, page_of(0)));
  store.settle(1000);
  REQUIRE(store.add(1, page_of(1)));
  REQUIRE(store.add(2, page_of(2)));
  auto third = std::async(std::launch::async, [&] { return store.add(3, page_of(3)); });
  store.settle(2);
  CHECK(third.get());
  CHECK(!store.take(1));
  CHECK(is_page(store.take(3), 3));
  auto fourth = std::async(std::launch::async, [&] { return store.add(4, page_of(4)); });
  store.close();
  CHECK(!fourth.get());
}
