#include "godwit/fs/disk.hpp"

#include <doctest/doctest.h>

#include "support/temp_tree.hpp"

using namespace godwit;

TEST_CASE("disk_facts are sane, and sync_disk syncs")
{
  test::TempTree tree;
  const fs::Dir root = *fs::Dir::open_operand(tree.root());
  const fs::DiskFacts facts = fs::disk_facts(root);
  CHECK(facts.time_grain_ns >= 1);
  CHECK(facts.max_name_bytes >= 100);
  const auto listing = root.open_listing({});
  REQUIRE(listing);
  CHECK(fs::sync_disk(listing->get(), "root"));
}
