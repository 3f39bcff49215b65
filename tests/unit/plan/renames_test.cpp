#include <algorithm>
#include <string>
#include <vector>

#include "property/plan/move_tree.hpp"

using namespace godwit;
using namespace godwit::plan;
using namespace godwit::plan::test;
using model::Side;

namespace
{

using Lines = std::vector<std::string>;

constexpr int small = 1;  // contents of 100 bytes
constexpr int middle = 2; // 20,000
constexpr int big = 3;    // 3,000,000: sampled
constexpr Item folder{true, 0, 0, 0};

Item
file(int content, int touched = 0)
{
  return {false, content, touched, 0};
}

Lines
carried_out(const MoveTree& source, const MoveTree& before, const PlanRules& rules = moving_rules())
{
  MoveTree dest = before;
  Planner planner(rules);
  MovePipeline pipeline(planner, source, dest, [](const model::Action&) { return false; });
  carry_out(planner, pipeline, source, before);
  return pipeline.log;
}

bool
has(const Lines& lines, const std::string& line)
{
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

// A planner to which the dest has listed all it has.
struct Fed {
  Fed(const MoveTree& dest, const PlanRules& rules = moving_rules()) : planner(rules)
  {
    for (const model::Entry& entry : listing_of(dest)) {
      dest_entries.push_back(entry);
    }
  }
  // Entries of the source as far as `path`, and of the dest as the planner wants them.
  void
  feed_source(const MoveTree& source)
  {
    for (const model::Entry& entry : listing_of(source)) {
      while (!planner.wants(Side::source)) {
        if (auto action = planner.take()) {
          taken.push_back(action->entry.path.str());
        } else {
          feed_dest();
        }
      }
      REQUIRE(planner.feed(Side::source, entry));
    }
    while (planner.wants(Side::dest) && !planner.wants(Side::source)) {
      feed_dest();
    }
    take();
  }
  void
  feed_dest()
  {
    if (at < dest_entries.size()) {
      REQUIRE(planner.feed(Side::dest, dest_entries[at++]));
    } else {
      planner.end(Side::dest);
    }
  }
  void
  take()
  {
    while (auto action = planner.take()) {
      taken.push_back(action->entry.path.str());
    }
  }

  Planner planner;
  std::vector<model::Entry> dest_entries;
  std::size_t at = 0;
  Lines taken;
};

} // namespace

TEST_CASE("A renamed file is renamed, whichever name comes first")
{
  CHECK(carried_out({{"new", file(middle)}}, {{"old", file(middle)}}) == Lines{"rename old new"});
  CHECK(carried_out({{"old", file(middle)}}, {{"zzz", file(middle)}}) == Lines{"rename zzz old"});
}

TEST_CASE("A small file needs its name and time, a larger one only its size")
{
  CHECK(carried_out({{"d", folder}, {"d/a", file(small)}}, {{"d", folder}, {"a", file(small)}}) ==
        Lines{"rename a d/a"});
  CHECK(carried_out({{"b", file(small)}}, {{"a", file(small)}}) == Lines{"transfer b", "remove a"});
  CHECK(carried_out({{"d", folder}, {"d/a", file(small, 1)}}, {{"d", folder}, {"a", file(small)}}) ==
        Lines{"transfer d/a", "remove a"});
  CHECK(carried_out({{"b", file(middle, 1)}}, {{"a", file(middle)}}) == Lines{"rename a b"});
  CHECK(carried_out({{"b", file(big, 1)}}, {{"a", file(big)}}) == Lines{"rename a b"});
}

TEST_CASE("Files of one size with other contents are not taken for each other")
{
  CHECK(carried_out({{"b", file(middle)}}, {{"a", file(middle + 4)}}) == Lines{"transfer b", "remove a"});
  CHECK(carried_out({{"b", file(big)}}, {{"a", file(big + 4)}}) == Lines{"transfer b", "remove a"});
}

TEST_CASE("What is copied to several names is copied, and renamed last")
{
  CHECK(carried_out({{"b", file(middle)}, {"c", file(middle)}}, {{"a", file(middle)}}) ==
        Lines{"copy a b", "rename a c"});
}

TEST_CASE("What may not go is copied")
{
  MoveTree dest{{"a", file(middle)}};
  dest["a"].flags = model::Entry::is_protected;
  CHECK(carried_out({{"b", file(middle)}}, dest) == Lines{"copy a b"});
  PlanRules rules = moving_rules();
  rules.max_delete = 0;
  CHECK(carried_out({{"b", file(middle)}}, {{"a", file(middle)}}, rules) == Lines{"copy a b"});
}

TEST_CASE("A renamed folder is one rename, also to another depth")
{
  const MoveTree old{{"old", folder},
                     {"old/a", file(small)},
                     {"old/b", file(middle)},
                     {"old/sub", folder},
                     {"old/sub/c", file(small + 4)}};
  MoveTree source = old;
  rename_in(source, "old", "new");
  CHECK(carried_out(source, old) == Lines{"rename old new", "along old/a new/a", "along old/b new/b",
                                          "along old/sub new/sub", "along old/sub/c new/sub/c"});
  source["around"] = folder;
  rename_in(source, "new", "around/new");
  CHECK(has(carried_out(source, old), "rename old around/new"));
}

TEST_CASE("What differs in a renamed folder is updated in its new place")
{
  const MoveTree old{{"old", folder},
                     {"old/a", file(middle)},
                     {"old/b", file(middle + 4)},
                     {"old/gone", file(small)},
                     {"old/z", file(middle + 8)}};
  MoveTree source = old;
  rename_in(source, "old", "new");
  source.erase("new/gone");
  source["new/a"] = file(big);
  source["new/fresh"] = file(small);
  CHECK(carried_out(source, old) == Lines{"rename old new", "transfer new/a", "along old/b new/b",
                                          "transfer new/fresh", "along old/z new/z", "remove new/gone"});
}

TEST_CASE("A file that left a renamed folder is moved from where that is by then")
{
  const MoveTree old{{"old", folder}, {"old/a", file(middle)}, {"old/b", file(middle + 4)}, {"old/c", file(big)}};
  MoveTree source = old;
  rename_in(source, "old", "new");
  rename_in(source, "new/c", "c");
  CHECK(carried_out(source, old) ==
        Lines{"rename old new", "along old/a new/a", "along old/b new/b", "rename old/c c"});
}

TEST_CASE("A folder that holds what stays is not renamed, its files are moved")
{
  MoveTree old{{"old", folder}, {"old/a", file(middle)}, {"old/keep", file(small)}};
  old["old/keep"].flags = model::Entry::is_protected;
  CHECK(carried_out({{"new", folder}, {"new/a", file(middle)}}, old) ==
        Lines{"make new", "rename old/a new/a"});
}

TEST_CASE("Rotated files are kept before they are replaced")
{
  const MoveTree old{{"x", file(middle)}, {"x.1", file(middle + 4)}};
  const MoveTree source{{"x", file(small)}, {"x.1", file(middle)}, {"x.2", file(middle + 4)}};
  CHECK(carried_out(source, old) == Lines{"retain x x.1", "retain x.1 x.2", "transfer x", "retained x x.1",
                                          "retained x.1 x.2"});
}

TEST_CASE("Swapped files are swapped")
{
  CHECK(carried_out({{"a", file(middle + 4)}, {"b", file(middle)}}, {{"a", file(middle)}, {"b", file(middle + 4)}}) ==
        Lines{"retain b a", "retain a b", "retained b a", "retained a b"});
}

TEST_CASE("Nothing is held where the dest has nothing that the source has not")
{
  Fed fed({});
  fed.feed_source({{"a", file(middle)}, {"d", folder}, {"d/b", file(big)}});
  CHECK(fed.taken == Lines{"a", "d", "d/b"});
  CHECK(!fed.planner.take_proof());
}

TEST_CASE("Nothing is held that looks like nothing at the dest")
{
  Fed fed({{"old", file(big)}});
  fed.feed_source({{"a", file(middle)}, {"b", file(small)}, {"d", folder}, {"d/b", file(middle)}});
  CHECK(fed.taken == Lines{"a", "b", "d", "d/b"});
}

TEST_CASE("A new folder is let go when many of its files look like nothing at the dest")
{
  MoveTree source{{"new", folder}};
  for (int number = 0; number < 200; ++number) {
    source["new/" + std::to_string(number)] = file(middle);
  }
  Fed fed({{"before", folder}, {"before/a", file(big)}});
  fed.feed_source(source);
  CHECK(fed.taken.size() > 150);
}

TEST_CASE("What is replaced is held no longer than its folder, if no file in it has a content to give it")
{
  Fed fed({{"a", file(middle)}, {"d", folder}, {"d/x", file(small)}, {"z", folder}, {"z/old", file(big)}});
  fed.feed_source({{"a", file(big)}, {"d", folder}, {"d/x", file(small)}});
  CHECK(fed.taken == Lines{"a"});
}

TEST_CASE("At most four files are compared with a new one")
{
  MoveTree dest;
  for (int number = 1; number < 20; ++number) {
    dest["old" + std::to_string(number)] = file(middle + 4 * number);
  }
  Planner planner(moving_rules());
  MoveTree after = dest;
  const MoveTree source{{"new", file(middle)}};
  std::size_t asked = 0;
  MovePipeline pipeline(planner, source, after, [](const model::Action&) { return false; });
  carry_out(planner, pipeline, source, dest, [&] {
    ++asked;
    return false;
  });
  CHECK(asked == 5);
  CHECK(described(after) == described(source));
}

TEST_CASE("No more than 64 MiB of actions are held")
{
  Planner planner(moving_rules());
  model::Entry root;
  root.type = model::Type::folder;
  REQUIRE(planner.feed(Side::source, root));
  REQUIRE(planner.feed(Side::dest, root));
  model::Entry far;
  far.path = *model::RelPath::parse("zzz");
  REQUIRE(planner.feed(Side::dest, far));
  std::size_t let_go = 0;
  std::size_t fed = 0;
  for (; fed < 1'000'000 && let_go == 0; ++fed) {
    model::Entry entry;
    entry.path = *model::RelPath::parse(fmt::format("f{:07}", fed));
    entry.size = 1;
    REQUIRE(planner.feed(Side::source, entry));
    while (planner.take()) {
      ++let_go;
    }
  }
  CHECK(let_go > 0);
  CHECK(fed > 10'000);
  CHECK(fed < 400'000);
}
