#include "godwit/plan/planner.hpp"

#include <doctest/doctest.h>

#include "unit/plan/planned.hpp"

using namespace godwit;
using namespace godwit::plan;
using namespace godwit::plan::test;
using model::Side;

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
