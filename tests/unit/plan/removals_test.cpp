// What a planner removes at the dest, and what it leaves.

#include <cstdint>

#include <doctest/doctest.h>

#include "godwit/plan/planner.hpp"
#include "unit/plan/planned.hpp"

using namespace godwit;
using namespace godwit::plan;
using namespace godwit::plan::test;
using model::Side;

TEST_CASE("Removals come last, in rsync's order")
{
  const Lines source{"./", "m/"};
  const Lines dest{"./",  "1",   "2",  "b/",  "b/3", "b/4",  "m/",   "m/5",
                   "m/6", "m/z", "x/", "x/7", "x/8", "x/y/", "x/y/9"};
  CHECK(planned(deleting(), source, dest) == Lines{"same /", "same m/", "remove x/y/9", "remove x/y/",
                                                   "remove x/8", "remove x/7", "remove x/", "remove b/4",
                                                   "remove b/3", "remove b/", "remove 2", "remove 1",
                                                   "remove m/z", "remove m/6", "remove m/5"});
  CHECK(planned(keeping(), source, dest) == Lines{"same /", "same m/"});
}

TEST_CASE("What is protected stays, and so do the folders around it")
{
  CHECK(planned(deleting(), {"./"},
                {"./", "e/", "e/1", "e/f/", "e/f/3", "e/f/g/", "e/f/g/k protected", "e/f/g/q"}) ==
        Lines{"same /", "remove e/f/g/q", "skip not_empty e/f/g/", "remove e/f/3", "skip not_empty e/f/",
              "remove e/1", "skip not_empty e/"});
  CHECK(planned(deleting(), {"./"}, {"./", "e/ protected", "e/f"}) == Lines{"same /"});
  CHECK(planned(deleting(), {"./", "e/"}, {"./", "e/ protected", "e/f"}) ==
        Lines{"same /", "same e/", "remove e/f"});
  CHECK(planned(deleting(), {"./"}, {"./", "u unknown", "m/ mount", "m/f"}) == Lines{"same /"});
}

TEST_CASE("A perishable name goes with its folder, and only with it")
{
  CHECK(planned(deleting(), {"./"}, {"./", "k protected perishable", "e/", "e/k protected perishable"}) ==
        Lines{"same /", "remove e/k", "remove e/"});
}

TEST_CASE("--max-delete stops removals, and counts as rsync does")
{
  const Lines dest{"./", "e/", "e/1", "e/2", "e/f/", "e/f/3"};
  struct Row {
    std::uint64_t most, skipped;
    Lines lines;
  };
  const Row rows[] = {
      {0,
       4,
       {"skip limit e/f/3", "skip not_empty e/f/", "skip limit e/2", "skip limit e/1", "skip not_empty e/"}},
      {1, 3, {"remove e/f/3", "skip limit e/f/", "skip limit e/2", "skip limit e/1", "skip not_empty e/"}},
      {3, 1, {"remove e/f/3", "remove e/f/", "remove e/2", "skip limit e/1", "skip not_empty e/"}},
      {5, 0, {"remove e/f/3", "remove e/f/", "remove e/2", "remove e/1", "remove e/"}},
  };
  for (const Row& row : rows) {
    PlanRules rules = deleting();
    rules.max_delete = row.most;
    Planner planner(rules);
    Lines lines = run(planner, {"./"}, dest);
    lines.erase(lines.begin());
    CHECK(lines == row.lines);
    CHECK(planner.skipped_by_limit() == row.skipped);
  }
}

TEST_CASE("--max-delete holds what is in a folder in the way, but not the folder")
{
  PlanRules rules = deleting();
  rules.max_delete = 1;
  Planner planner(rules);
  CHECK(run(planner, {"./", "N"}, {"./", "N/", "N/c", "N/sub/", "N/sub/c"}) ==
        Lines{"same /", "transfer N", "remove N/sub/c for 1", "skip limit N/sub/ for 1",
              "skip limit N/c for 1", "skip in_way N/ for 1"});
  CHECK(planner.skipped_by_limit() == 2);
}

TEST_CASE("What the source lists and a rule leaves out is not removed at the dest")
{
  PlanRules rules = deleting();
  rules.links = false;
  rules.max_size = 100;
  CHECK(planned(rules, {"./", "b big", "l@"}, {"./", "b/", "b/x", "l/", "l/x"}) ==
        Lines{"same /", "skip big b", "skip irregular l"});
}

TEST_CASE("After an error at the source nothing goes, unless errors are ignored")
{
  const Lines dest{"./", "a", "b", "N/", "N/f"};
  for (const Lines& source : {Lines{"./", "N", "b unknown"}, Lines{"./ incomplete", "N"}}) {
    Planner planner(deleting());
    Lines lines = run(planner, source, dest);
    CHECK(lines == Lines{"same /", "transfer N", "skip in_way N/ for 1"});
    CHECK(planner.has_dropped_removals());
  }
  PlanRules rules = deleting();
  rules.ignore_errors = true;
  CHECK(planned(rules, {"./", "N", "b unknown"}, dest) ==
        Lines{"same /", "transfer N", "remove N/f for 1", "clear N/ for 1", "remove b", "remove a"});
}

TEST_CASE("A folder that is to go but could not be read stays, and so does what is around it")
{
  CHECK(planned(deleting(), {"./"}, {"./", "x/", "x/a", "x/y/ incomplete"}) ==
        Lines{"same /", "skip unread x/y/", "remove x/a", "skip not_empty x/"});
}

TEST_CASE("An error that comes late stops the removals that have not been taken")
{
  Planner planner(deleting());
  planner.end(Side::source);
  REQUIRE(planner.feed(Side::dest, entry("a")));
  REQUIRE(planner.feed(Side::dest, entry("b")));
  planner.end(Side::dest);
  CHECK(described(*planner.take_removal()) == "remove b");
  planner.source_failed();
  CHECK_FALSE(planner.take_removal());
  CHECK(planner.has_dropped_removals());
}

TEST_CASE("With --ignore-errors a source's name that could not be read counts as missing")
{
  PlanRules rules = deleting();
  rules.ignore_errors = true;
  CHECK(planned(rules, {"./", "a unknown", "b unknown"}, {"./", "a", "b/", "b/x"}) ==
        Lines{"same /", "remove b/x", "remove b/", "remove a"});
  CHECK(planned(keeping(), {"./", "a unknown", "b unknown"}, {"./", "a", "b/", "b/x"}) == Lines{"same /"});
}

TEST_CASE("The first pass of --delete-before gives removals alone")
{
  PlanRules rules = deleting();
  rules.only_removals = true;
  CHECK(planned(rules, {"./", "N", "new"}, {"./", "old", "N/", "N/f"}) == Lines{"remove old"});
}
