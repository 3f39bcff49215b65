#include "godwit/plan/planner.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace godwit;
using namespace godwit::plan;
using model::Action;
using model::Entry;
using model::Side;
using model::Type;

namespace
{

using Lines = std::vector<std::string>;

// "a" is a file, "a/" a folder, "a@" a link; behind a space: old, big (of which there may be both), flags by
// name.
Entry
entry(std::string_view text)
{
  Entry made;
  const std::string_view words = text.substr(std::min(text.size(), text.find(' ')));
  std::string path(text.substr(0, text.size() - words.size()));
  if (path == "./") {
    path.clear();
    made.type = Type::folder;
  } else if (path.ends_with('/') || path.ends_with('@')) {
    made.type = path.ends_with('/') ? Type::folder : Type::symlink;
    path.pop_back();
  }
  const auto has = [&](std::string_view word) {
    return words.find(word) != std::string_view::npos;
  };
  made.path = *model::RelPath::parse(path);
  made.mode = 0644;
  made.mtime = {has("old") ? 1000 : 2000, 0};
  made.size = has("big") ? 1000 : 10;
  made.target = "target";
  made.type = has("unknown") ? Type::unknown : made.type;
  const std::pair<std::string_view, Entry::Flag> flags[] = {{"protected", Entry::is_protected},
                                                            {"perishable", Entry::is_perishable},
                                                            {"incomplete", Entry::is_incomplete},
                                                            {"mount", Entry::is_mount},
                                                            {"through", Entry::through_link},
                                                            {"outside", Entry::leads_outside}};
  for (const auto& [name, flag] : flags) {
    made.flags = static_cast<std::uint8_t>(made.flags | (has(name) ? flag : 0));
  }
  return made;
}

std::string
described(const Action& action)
{
  static constexpr const char* kinds[] = {"make", "transfer", "set", "remove", "clear", "same", "skip"};
  static constexpr const char* reasons[] = {"",        " newer", " exists",    " missing", " as_long",
                                            " small",  " big",   " irregular", " folder",  " not_empty",
                                            " unread", " limit",  " in_way",   " outside"};
  std::string text = kinds[static_cast<int>(action.kind)];
  text += reasons[static_cast<int>(action.reason)];
  text += " " + action.entry.path.str() + (action.entry.is_folder() ? "/" : "");
  text += action.replaces ? " replaces" : "";
  text += action.for_number ? " for " + std::to_string(*action.for_number) : "";
  return text;
}

PlanRules
deleting()
{
  PlanRules rules;
  rules.compare.times = true;
  rules.links = rules.devices = rules.specials = true;
  rules.collects_removals = rules.may_clear_way = true;
  return rules;
}

PlanRules
keeping()
{
  PlanRules rules = deleting();
  rules.collects_removals = rules.may_clear_way = false;
  return rules;
}

Lines
run(Planner& planner, const Lines& source, const Lines& dest)
{
  Lines lines;
  std::size_t at[2] = {0, 0};
  while (!planner.is_done()) {
    while (auto action = planner.take()) {
      lines.push_back(described(*action));
    }
    for (const Side side : {Side::source, Side::dest}) {
      const Lines& entries = side == Side::source ? source : dest;
      std::size_t& next = at[side == Side::source ? 0 : 1];
      if (planner.wants(side) && next < entries.size()) {
        REQUIRE(planner.feed(side, entry(entries[next++])));
      } else if (planner.wants(side)) {
        planner.end(side);
      }
    }
  }
  while (auto action = planner.take_removal()) {
    lines.push_back(described(*action));
  }
  return lines;
}

Lines
planned(const PlanRules& rules, const Lines& source, const Lines& dest)
{
  Planner planner(rules);
  return run(planner, source, dest);
}

} // namespace

namespace doctest
{
template <> struct StringMaker<Lines> {
  static String
  convert(const Lines& lines)
  {
    std::string text;
    for (const std::string& line : lines) {
      text += line + "; ";
    }
    return text.c_str();
  }
};
} // namespace doctest

TEST_CASE("New, changed and equal entries come in listing order, folders before their contents")
{
  CHECK(planned(keeping(), {"./", "a", "b", "c old", "d/", "d/e", "n/", "n/f"}, {"./", "b", "c", "d/ old"}) ==
        Lines{"same /", "transfer a", "same b", "transfer c", "set d/", "transfer d/e", "make n/",
              "transfer n/f"});
}

TEST_CASE("Equal entries come out only where they are to be reported")
{
  PlanRules rules = keeping();
  rules.reports_up_to_date = false;
  CHECK(planned(rules, {"./", "a", "b"}, {"./", "a"}) == Lines{"transfer b"});
}

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

TEST_CASE("A file in the way of a folder is replaced, not removed")
{
  CHECK(planned(deleting(), {"./", "N/", "N/f"}, {"./", "N"}) ==
        Lines{"same /", "make N/ replaces", "transfer N/f"});
  CHECK(planned(keeping(), {"./", "N/"}, {"./", "N"}) == Lines{"same /", "make N/ replaces"});
}

TEST_CASE("A folder in the way of a file goes when the planner has passed it")
{
  const Lines source{"./", "N", "z/"};
  const Lines dest{"./", "N/", "N/c", "N/sub/", "N/sub/c", "z/"};
  CHECK(planned(deleting(), source, dest) == Lines{"same /", "transfer N", "remove N/sub/c for 1",
                                                   "remove N/sub/ for 1", "remove N/c for 1",
                                                   "clear N/ for 1", "same z/"});
  CHECK(planned(keeping(), source, dest) == Lines{"same /", "transfer N", "skip in_way N/ for 1", "same z/"});
  CHECK(planned(keeping(), source, {"./", "N/", "z/"}) ==
        Lines{"same /", "transfer N", "clear N/ for 1", "same z/"});
}

TEST_CASE("A folder in the way stays with what it must keep, its own protection aside")
{
  CHECK(planned(deleting(), {"./", "N"}, {"./", "N/", "N/c", "N/k protected"}) ==
        Lines{"same /", "transfer N", "remove N/c for 1", "skip in_way N/ for 1"});
  CHECK(planned(deleting(), {"./", "N"}, {"./", "N/ protected", "N/c"}) ==
        Lines{"same /", "transfer N", "remove N/c for 1", "clear N/ for 1"});
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

TEST_CASE("-u, --existing, --ignore-existing and sizes leave out what rsync leaves out")
{
  PlanRules update = keeping();
  update.update = true;
  CHECK(planned(update, {"a old", "b old big", "l@ old", "n"}, {"a", "b@", "l"}) ==
        Lines{"skip newer a", "transfer b replaces", "make l replaces", "transfer n"});

  update.compare.modify_window_s = 1;
  CHECK(planned(update, {"a big"}, {"a"}) == Lines{"skip newer a"});

  PlanRules existing = deleting();
  existing.existing = true;
  CHECK(planned(existing, {"./", "N", "a", "M/", "M/k", "W/", "W/f"}, {"./", "W", "N/", "N/f"}) ==
        Lines{"same /", "skip missing N", "skip missing a", "skip missing M/", "transfer N replaces",
              "remove N/f for 4", "clear N/ for 4", "make W/ replaces", "skip missing W/f"});
}

TEST_CASE("--ignore-existing leaves alone what is there, of whatever type")
{
  PlanRules rules = deleting();
  rules.ignore_existing = true;
  CHECK(planned(rules, {"./ old", "N", "a old", "D/", "D/f"}, {"./", "D", "a", "N/", "N/f"}) ==
        Lines{"set /", "skip exists a", "skip exists D/", "skip exists N"});
  rules.links = false;
  CHECK(planned(rules, {"./", "F@", "G@", "d/"}, {"./", "F/", "d/", "e/"}) ==
        Lines{"same /", "skip exists F", "same d/", "skip irregular G", "remove e/"});
}

TEST_CASE("Without -r or -d folders that are named are skipped, those that -R implies are not")
{
  PlanRules rules = keeping();
  rules.depth = model::Depth::items;
  rules.scope = {
      {{}, false, false, {0}}, {entry("i").path, true, false, {0}}, {entry("s").path, true, true, {0}}};
  CHECK(planned(rules, {"i/", "i/f", "s/"}, {"s/"}) == Lines{"make i/", "transfer i/f", "skip folder s/"});
}

TEST_CASE("Without -r or -d, what is named beside a skipped folder's contents is copied")
{
  PlanRules rules = keeping();
  rules.depth = model::Depth::items;
  rules.scope = {
      {{}, true, true, {0}}, {entry("f").path, true, true, {1}}, {entry("s").path, true, true, {1}}};
  CHECK(planned(rules, {"./", "f", "s/"}, {"./"}) == Lines{"skip folder /", "transfer f", "skip folder s/"});
}

TEST_CASE("With -d, and under mounts with -x, what the dest has in a folder that is not entered stays")
{
  PlanRules rules = deleting();
  rules.depth = model::Depth::level;
  rules.scope = {{{}, true, true, {0}}};
  CHECK(planned(rules, {"./", "e/"}, {"./", "e/", "e/f/", "e/f/k", "x/", "x/y"}) ==
        Lines{"same /", "same e/", "remove x/y", "remove x/"});
  CHECK(planned(deleting(), {"./", "m/ mount"}, {"./", "m/", "m/f"}) == Lines{"same /", "same m/"});
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

TEST_CASE("Operands beside a folder that could not be read are planned, and nothing goes around them")
{
  PlanRules rules = deleting();
  rules.ignore_errors = true;
  const Lines source{"a", "d/", "d/b"};
  const Lines dest{"./", "a", "x", "d/", "d/b", "d/y"};
  rules.scope = {{{}, true, true, {0}}, {*model::RelPath::parse("a"), true, true, {1}},
                 {*model::RelPath::parse("d"), true, true, {1}}};
  CHECK(planned(rules, source, dest) == Lines{"same a", "same d/", "same d/b", "remove d/y"});
  rules.scope = {{{}, true, true, {0}}};
  CHECK(planned(rules, source, dest).empty());
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

TEST_CASE("-K: a folder reached through a link is the source's folder, and is not looked into otherwise")
{
  CHECK(planned(deleting(), {"./", "k/", "k/f"}, {"./", "k@", "k/ through", "k/x"}) ==
        Lines{"same /", "same k/", "transfer k/f", "remove k/x"});
  CHECK(planned(deleting(), {"./", "k@"}, {"./", "k@", "k/ through", "k/x"}) == Lines{"same /", "same k"});
  CHECK(planned(deleting(), {"./"}, {"./", "k@", "k/ through", "k/x"}) == Lines{"same /", "remove k"});
}

TEST_CASE("-K: a link out of the root stays where the source has a folder, and is a link like any otherwise")
{
  CHECK(planned(deleting(), {"./", "k/", "k/f"}, {"./", "k@", "k/ through outside"}) ==
        Lines{"same /", "skip outside k/"});
  CHECK(planned(deleting(), {"./"}, {"./", "k@", "k/ through outside"}) == Lines{"same /", "remove k"});
  CHECK(planned(deleting(), {"./", "k"}, {"./", "k@", "k/ through outside"}) ==
        Lines{"same /", "transfer k replaces"});
}

TEST_CASE("Pages that are not fed leave folders out, which both sides have")
{
  CHECK(
      planned(deleting(), {"a/b/new", "a/b/same"}, {"a/b/gone", "a/b/same", "a/b/more/", "a/b/more/x"}) ==
      Lines{"transfer a/b/new", "same a/b/same", "remove a/b/more/x", "remove a/b/more/", "remove a/b/gone"});
}

TEST_CASE("The first pass of --delete-before gives removals alone")
{
  PlanRules rules = deleting();
  rules.only_removals = true;
  CHECK(planned(rules, {"./", "N", "new"}, {"./", "old", "N/", "N/f"}) == Lines{"remove old"});
}

TEST_CASE("A listing out of order is the peer's fault")
{
  Planner planner(keeping());
  planner.end(Side::dest);
  REQUIRE(planner.feed(Side::source, entry("b")));
  while (planner.take()) {
  }
  const auto result = planner.feed(Side::source, entry("a"));
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == ErrorKind::protocol);
}
