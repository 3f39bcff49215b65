#include "session/opened_check.hpp"

#include <doctest/doctest.h>

using namespace godwit;

namespace {

struct Case {
  const char* asked;
  bool relative;
  const char* path;
  std::uint32_t implied;
  bool is_fine;
};

constexpr Case cases[] = {
    {"a", false, "a", 0, true},
    {"dir/a", false, "a", 0, true},
    {"/abs/a", false, "a", 0, true},
    {"a", false, "b", 0, false},
    {"a", false, ".bashrc", 0, false},
    {"a", false, "", 0, false},
    {"a", false, "a/b", 0, false},
    {"a", false, "a", 1, false},
    {"a/", false, "", 0, true},
    {"a/", false, "a", 0, false},
    {"", false, "", 0, true},
    {".", false, "", 0, true},
    {"x/..", false, "", 0, true},
    {"*.c", false, "x.c", 0, true},
    {"*.c", false, "x.h", 0, false},
    {"*", false, ".bashrc", 0, false},
    {".*", false, ".bashrc", 0, true},
    {".*", false, "", 0, true}, // the shell's `.` and `..`
    {"d*/x", false, "x", 0, true},
    {"[ab]", false, "b", 0, true},
    {"[ab]", false, "[ab]", 0, true}, // where nothing matches it is a name
    {"back\\slash", false, "back\\slash", 0, true},
    {"~", false, "anybody", 0, true},
    {"~/x", false, "x", 0, true},
    {"~/x", false, "y", 0, false},
    {"a/b/c", true, "a/b/c", 2, true},
    {"a/b/c", true, "a/b/c", 3, false},
    {"a/b/c", true, "a/b", 1, false},
    {"/a//b/./c", true, "c", 0, true},
    {"/a/./b/c", true, "b/c", 1, true},
    {"./a/b", true, "a/b", 1, true},
    {"./a/b", true, "a/b", 2, true}, // the folder that the dot names is listed, too
    {"./a/b", true, "a/b", 3, false},
    {"./", true, "", 0, true},
    {"a/.", true, "a", 0, true},
    {"a/.", true, "", 0, false},
    {"/", true, "", 0, true},
    {"a*/b", true, "ax/b", 1, true},
    {"a*/b", true, "bx/b", 1, false},
    {"~/x/y", true, "home/me/x/y", 3, true},
    {"~/x/y", true, "home/me/x/z", 3, false},
};

proto::OpenedOperand
opened_as(const char* path, std::uint32_t implied)
{
  proto::OpenedOperand operand;
  operand.path = *model::RelPath::parse(path);
  operand.implied = implied;
  return operand;
}

bool
is_fine(const std::vector<std::string>& asked, std::vector<proto::OpenedOperand> operands)
{
  proto::Opened opened;
  opened.operands = std::move(operands);
  return static_cast<bool>(session::check_opened(asked, false, opened));
}

} // namespace

TEST_CASE("what a far end opened must be what an operand names")
{
  for (const Case& c : cases) {
    CAPTURE(std::string(c.asked));
    CAPTURE(std::string(c.path));
    proto::Opened opened;
    opened.operands = {opened_as(c.path, c.implied)};
    CHECK(static_cast<bool>(session::check_opened({c.asked}, c.relative, opened)) == c.is_fine);
  }
}

TEST_CASE("every operand is answered, by as many names as its wildcards match")
{
  const auto a = opened_as("a", 0);
  const auto b = opened_as("b", 0);
  CHECK(is_fine({"a", "b"}, {a, b}));
  CHECK(is_fine({"*", "a"}, {a, b, a}));
  CHECK(is_fine({"a", "a"}, {a, a}));
  CHECK(!is_fine({"a", "b"}, {a}));
  CHECK(!is_fine({"a", "b"}, {a, a}));
  CHECK(!is_fine({"a"}, {}));
  CHECK(!is_fine({"a"}, {a, b}));
}

TEST_CASE("an operand that cannot be opened answers for itself")
{
  auto failed = opened_as("", 0);
  failed.error = 2;
  failed.typed = "a";
  CHECK(is_fine({"a"}, {failed}));
  CHECK(!is_fine({"b"}, {failed}));
  failed.typed = "/home/me/x";
  CHECK(is_fine({"~/x"}, {failed}));
}

TEST_CASE("a base that no operand has is refused")
{
  auto operand = opened_as("a", 0);
  operand.base = 1;
  CHECK(!is_fine({"a"}, {operand}));
}
