#include "godwit/plan/page.hpp"
#include "godwit/plan/runs.hpp"

#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "entries.hpp"

using namespace godwit;
using namespace godwit::plan;
using model::Entry;
using model::Side;
using model::Type;

namespace
{

const HashKey key{HashKey::Seed{}};

Entry
entry(const std::string& path, Type type = Type::regular)
{
  Entry made = testing::regular(path);
  made.type = type;
  made.set_digest({1, 2});
  return made;
}

Recipe
everything()
{
  return {.file_times = true,
          .folder_times = true,
          .other_times = true,
          .perms = true,
          .owner = true,
          .group = true,
          .checksum = true,
          .links = true,
          .devices = true,
          .specials = true};
}

PageSummary
page_of(const std::vector<Entry>& entries, const Recipe& recipe, Side side = Side::source)
{
  PageBuilder builder(recipe, side, key);
  for (const Entry& each : entries) {
    builder.add(each);
  }
  return builder.finish();
}

bool
is_equal(const Entry& a, const Entry& b, const Recipe& recipe)
{
  const PageSummary source = page_of({a}, recipe);
  return same_page(source, page_of({b}, recipe, Side::dest), source.owners);
}

} // namespace

TEST_CASE("A digest covers what the recipe names and nothing else")
{
  struct Row {
    const char* what;
    Type type;
    std::function<void(Entry&)> change;
    std::function<void(Recipe&)> leave_out; // empty: always covered
  };
  const Row rows[] = {
      {"size", Type::regular, [](Entry& e) { e.size = 9; }, {}},
      {"target", Type::symlink, [](Entry& e) { e.set_target("x"); }, {}},
      {"device", Type::char_device, [](Entry& e) { e.set_device(9); }, {}},
      {"name", Type::regular, [](Entry& e) { e.path = *model::RelPath::parse("b"); }, {}},
      {"type", Type::fifo, [](Entry& e) { e.type = Type::socket; }, {}},
      {"mode", Type::regular, [](Entry& e) { e.mode = 0600; },
       [](Recipe& r) {
         r.perms = false;
       }},
      {"folder mode", Type::folder, [](Entry& e) { e.mode = 0600; },
       [](Recipe& r) {
         r.perms = false;
       }},
      {"owner", Type::regular, [](Entry& e) { e.uid = 7; },
       [](Recipe& r) {
         r.owner = false;
       }},
      {"group", Type::regular, [](Entry& e) { e.gid = 7; },
       [](Recipe& r) {
         r.group = false;
       }},
      {"file time", Type::regular, [](Entry& e) { e.mtime.nanoseconds = 6; },
       [](Recipe& r) {
         r.file_times = false;
       }},
      {"folder time", Type::folder, [](Entry& e) { e.mtime.seconds = 6; },
       [](Recipe& r) {
         r.folder_times = false;
       }},
      {"link time", Type::symlink, [](Entry& e) { e.mtime.seconds = 6; },
       [](Recipe& r) {
         r.other_times = false;
       }},
      {"content", Type::regular, [](Entry& e) { e.set_digest({6, 2}); },
       [](Recipe& r) {
         r.checksum = false;
       }},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const Entry a = entry("a", row.type);
    Entry b = a;
    CHECK(is_equal(a, b, everything()));
    row.change(b);
    CHECK_FALSE(is_equal(a, b, everything()));
    if (row.leave_out) {
      Recipe recipe = everything();
      row.leave_out(recipe);
      CHECK(is_equal(a, b, recipe));
    }
  }
}

TEST_CASE("A link's mode is never compared")
{
  Entry changed = entry("a", Type::symlink);
  changed.mode = 0777;
  CHECK(is_equal(entry("a", Type::symlink), changed, everything()));
}

TEST_CASE("Times are compared at the dest's grain")
{
  Recipe recipe = everything();
  recipe.grain_ns = 100;
  Entry dest = entry("a");
  dest.mtime.nanoseconds = 0;
  CHECK(is_equal(entry("a"), dest, recipe));
}

TEST_CASE("A page with something that must be reported is never equal")
{
  Recipe recipe = everything();
  recipe.links = recipe.devices = recipe.specials = false;
  for (const Type type : {Type::symlink, Type::fifo, Type::socket, Type::char_device, Type::block_device}) {
    CHECK_FALSE(page_of({entry("a", type)}, recipe, Side::source).is_comparable);
    CHECK(page_of({entry("a", type)}, recipe, Side::dest).is_comparable);
  }
  Entry incomplete = entry("a", Type::folder);
  incomplete.flags = Entry::is_incomplete;
  Entry mount = entry("a", Type::folder);
  mount.flags = Entry::is_mount;
  Entry unread = entry("a");
  unread.set_digest({});
  for (const Entry& each : {entry("a", Type::unknown), incomplete, mount, unread}) {
    CHECK_FALSE(page_of({each}, everything()).is_comparable);
  }
  CHECK(page_of({mount}, everything(), Side::dest).is_comparable);
}

TEST_CASE("Owners are numbered by first appearance and compared as mapped")
{
  std::vector<Entry> source{entry("a"), entry("b"), entry("c")};
  std::vector<Entry> dest = source;
  source[1].uid = 1000;
  dest[1].uid = 2000;
  const PageSummary a = page_of(source, everything());
  const PageSummary b = page_of(dest, everything(), Side::dest);
  CHECK(a.digest == b.digest);
  CHECK_FALSE(same_page(a, b, a.owners));
  CHECK(same_page(a, b, std::vector<OwnerIds>{{0, 0}, {2000, 0}}));
  CHECK(same_page(a, b, std::vector<OwnerIds>{{0, 0}, {model::keep_id, model::keep_id}}));
  CHECK_FALSE(same_page(a, b, std::vector<OwnerIds>{{0, 0}}));
}

TEST_CASE("A page ends at 512 entries, and under -c at a gibibyte of content")
{
  PageBuilder builder(everything(), Side::source, key);
  for (int i = 0; i < 511; ++i) {
    builder.add(entry("f" + std::to_string(1000 + i)));
  }
  CHECK_FALSE(builder.is_full());
  builder.add(entry("g"));
  CHECK(builder.is_full());
  CHECK(builder.finish().last.str() == "g");

  Entry big = entry("a");
  big.size = PageBuilder::max_hashed_bytes;
  builder.add(big);
  CHECK(builder.is_full());
  CHECK(builder.finish().count == 1);
  CHECK(builder.count() == 0);
}

TEST_CASE("An entry is past a page by listing order")
{
  const PageSummary page = page_of({entry("d/z")}, everything());
  CHECK_FALSE(is_past(entry("d/a"), page));
  CHECK_FALSE(is_past(entry("d/z"), page));
  CHECK(is_past(entry("d/a", Type::folder), page));
  CHECK(is_past(entry("e", Type::folder), page));
}

TEST_CASE("No pages where equal entries are to be sent or reported")
{
  PlanRules rules;
  rules.reports_up_to_date = false;
  CHECK(Recipe::from(rules));
  rules.compare.ignore_times = true;
  CHECK_FALSE(Recipe::from(rules));
  rules.compare.checksum = true;
  CHECK(Recipe::from(rules)->file_times == false);
  rules.reports_up_to_date = true;
  CHECK_FALSE(Recipe::from(rules));
  rules.reports_up_to_date = false;
  rules.depth = model::Depth::items;
  CHECK_FALSE(Recipe::from(rules));
}

TEST_CASE("a folder that the dest reaches through a link is never equal: the link is listed, too")
{
  Entry folder = entry("a", Type::folder);
  CHECK(page_of({folder}, everything(), Side::dest).is_comparable);
  folder.flags = Entry::through_link;
  CHECK(!page_of({folder}, everything(), Side::dest).is_comparable);
}

TEST_CASE("a run ends at the same names whatever comes before it, and never grows beyond its bound")
{
  std::vector<Entry> entries;
  for (int i = 0; i < 500; ++i) {
    entries.push_back(entry("f" + std::to_string(1000 + i)));
  }
  PageBuilder builder(everything(), Side::source, key);
  const std::vector<Run> runs = cut_runs(entries, 32, builder);
  const std::vector<Run> shifted = cut_runs(std::span(entries).subspan(1), 32, builder);
  CHECK(runs.size() > 5);
  CHECK(runs.front() != shifted.front());
  CHECK(runs.back() == shifted.back());
  for (const Run& run : runs) {
    CHECK(run.count <= max_run_entries(32));
  }
  CHECK(cut_runs(entries, 1, builder).size() == 500);
}

TEST_CASE("runs are the same where their entries are, and their owners are those that are wanted")
{
  PageBuilder builder(everything(), Side::source, key);
  Entry one = entry("f");
  one.uid = 1;
  const Run run = cut_runs(std::span(&one, 1), 4, builder).front();
  CHECK(same_run(run, run, run.owners));
  const std::vector<OwnerIds> other = {{7, 0}};
  CHECK(!same_run(run, run, other));
  Run unequal = run;
  unequal.is_comparable = false;
  CHECK(!same_run(unequal, run, run.owners));
}
