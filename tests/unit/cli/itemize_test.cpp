#include "cli/itemize.hpp"

#include <doctest/doctest.h>

#include "unit/cli/entries.hpp"

using namespace godwit;
using namespace godwit::cli;
using namespace godwit::cli::test;
using model::Action;
using model::Changes;
using model::Direction;
using model::Type;

namespace
{

constexpr ItemizeRules with_times{Direction::local, true, false};
constexpr ItemizeRules without_times{Direction::local, false, false};

Changes
changed(std::string_view letters)
{
  const auto has = [&](char c) {
    return letters.find(c) != std::string_view::npos;
  };
  return {has('c'), has('s'), has('t'), has('p'), has('o'), has('g')};
}

} // namespace

// Each line was printed by rsync 3.5.0 for the same change.
TEST_CASE("Itemized changes read as rsync's")
{
  struct Case {
    Action action;
    ItemizeRules rules;
    const char* expected;
  };
  using Kind = Action::Kind;
  const Case cases[] = {
      {creation(entry("f")), with_times, ">f+++++++++"},
      {creation(entry("f")), {Direction::push, true, false}, "<f+++++++++"},
      {creation(entry("f")), {Direction::pull, true, false}, ">f+++++++++"},
      {creation(entry("d", Type::folder)), with_times, "cd+++++++++"},
      {creation(entry("l", Type::symlink)), with_times, "cL+++++++++"},
      {creation(entry("p", Type::fifo)), with_times, "cS+++++++++"},
      {creation(entry("s", Type::socket)), with_times, "cS+++++++++"},
      {creation(entry("n", Type::char_device)), with_times, "cD+++++++++"},
      {change(Kind::transfer, entry("f"), changed("st")), with_times, ">f.st......"},
      {change(Kind::transfer, entry("f"), changed("c")), with_times, ">fc........"},
      {change(Kind::transfer, entry("f"), changed("c")), without_times, ">fc.T......"},
      {change(Kind::transfer, entry("f"), changed("s")), without_times, ">f.sT......"},
      {change(Kind::transfer, entry("f")), with_times, ">f........."},
      {change(Kind::set_metadata, entry("f"), changed("p")), with_times, ".f...p....."},
      {change(Kind::set_metadata, entry("f"), changed("og")), with_times, ".f....og..."},
      {change(Kind::set_metadata, entry("l", Type::symlink), changed("t")), with_times, ".L..t......"},
      {change(Kind::set_metadata, entry("d", Type::folder), changed("tp")), with_times, ".d..tp....."},
      {change(Kind::set_metadata, entry("d", Type::folder), changed("p")),
       {Direction::local, true, true},
       ".d...p....."},
      {change(Kind::set_metadata, entry("p", Type::fifo), changed("p")), without_times, ".S...p....."},
      {change(Kind::make, entry("l", Type::symlink), changed("c")), with_times, "cLc........"},
      {change(Kind::make, entry("l", Type::symlink), changed("c")), without_times, "cLc.T......"},
      {change(Kind::make, entry("n", Type::char_device), changed("c")), without_times, "cDc.T......"},
      {change(Kind::move, entry("f"), changed("c")), without_times, "cfc.T......"},
      {change(Kind::up_to_date, entry("f")), with_times, ".f         "},
      {change(Kind::up_to_date, entry("d", Type::folder)), without_times, ".d         "},
      {change(Kind::remove, entry("f")), with_times, "*deleting  "},
  };
  for (const Case& c : cases) {
    CHECK(itemize(c.action, c.rules) == c.expected);
  }
}

TEST_CASE("What replaces another type is itemized as new")
{
  Action action = change(Action::Kind::make, entry("d", Type::folder));
  action.replaces = true;
  CHECK(itemize(action, with_times) == "cd+++++++++");
}

TEST_CASE("Names are escaped, folders end in a slash, links show their target")
{
  CHECK(shown_name(entry("a\nb")) == "a\\#012b");
  CHECK(shown_name(entry("d", Type::folder)) == "d/");
  CHECK(shown_name(entry("", Type::folder)) == "./");
  CHECK(shown_name(entry("l", Type::symlink)) == "l -> target");
  CHECK(shown_name(entry("l", Type::symlink), Target::hidden) == "l");
  CHECK(shown_path(entry("", Type::folder).path) == ".");
}
