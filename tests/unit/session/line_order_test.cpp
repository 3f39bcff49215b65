#include "session/line_order.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace {

using namespace godwit;

// Keeps the names of the lines it was told, or shows none.
struct Lines : model::EventSink {
  void on(model::Event event) override
  {
    names.push_back(std::get<model::ItemPlanned>(event).action.entry.path.str());
  }
  bool shows(const model::Action& action) const override { return shows_all || action.number == 0; }
  std::vector<std::string> names;
  bool shows_all = true;
};

model::Action
action(std::uint64_t number, const std::string& name)
{
  model::Action action;
  action.number = number;
  action.entry.path = *model::RelPath::parse(name);
  return action;
}

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("lines come in plan order, whatever order they are due in")
{
  Lines lines;
  session::LineOrder order(lines);
  order.due(action(3, "d"));
  order.none(1);
  CHECK(lines.names.empty());
  order.due(action(0, "a"));
  CHECK(lines.names == Names{"a"});
  order.due(action(5, "f"));
  order.due(action(2, "c"));
  CHECK(lines.names == Names{"a", "c", "d"});
  order.none(4);
  CHECK(lines.names == Names{"a", "c", "d", "f"});
  order.due(action(6, "g"));
  CHECK(lines.names.back() == "g");
}

TEST_CASE("what was held back waits for none of the others")
{
  Lines lines;
  session::LineOrder order(lines);
  order.due(action(model::Action::first_held + 1, "second"));
  order.due(action(model::Action::first_held, "first"));
  CHECK(lines.names == Names{"first", "second"});
  order.due(action(0, "a"));
  CHECK(lines.names.back() == "a");
}

TEST_CASE("an item with a new name is told by its old one")
{
  Lines lines;
  session::LineOrder order(lines);
  order.rename(*model::RelPath::parse("new"), *model::RelPath::parse("old"));
  order.due(action(1, "new"));
  order.due(action(0, "new"));
  order.due(action(2, "other"));
  CHECK(lines.names == Names{"old", "old", "other"});
}

TEST_CASE("a line that is due once more is not told again")
{
  Lines lines;
  session::LineOrder order(lines);
  order.due(action(0, "a"));
  order.due(action(0, "a"));
  order.none(0);
  order.due(action(1, "b"));
  CHECK(lines.names == Names{"a", "b"});
}

TEST_CASE("what nobody shows holds nothing up")
{
  Lines lines;
  lines.shows_all = false;
  session::LineOrder order(lines);
  order.due(action(2, "c"));
  order.due(action(1, "b"));
  order.due(action(0, "a"));
  lines.shows_all = true;
  order.due(action(3, "d"));
  CHECK(lines.names == Names{"a", "d"});
}
