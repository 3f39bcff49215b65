#include "endpoint/operand.hpp"

#include <doctest/doctest.h>

using namespace godwit;
using endpoint::split_operand;

TEST_CASE("An operand is cut where its last component begins, or means the contents")
{
  struct Row {
    const char* typed;
    const char* folder;
    const char* path;
    bool contents;
  };
  const Row rows[] = {
      {"a", ".", "a", false},     {"a/", "a/", "", true},    {"x/a", "x/", "a", false},   {".", ".", "", true},
      {"a/..", "a/..", "", true}, {"/a", "/", "a", false},   {"", ".", "", true},         {"a/.", "a/.", "", true},
      {"./a:b", "./", "a:b", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.typed);
    const auto split = split_operand(row.typed, false);
    REQUIRE(split);
    CHECK(split->folder == row.folder);
    CHECK(split->path.str() == row.path);
    CHECK(split->contents == row.contents);
  }
}

TEST_CASE("With -R the path below the dot is kept, and the dot is implied only where it begins that path")
{
  struct Row {
    const char* typed;
    const char* folder;
    const char* path;
    unsigned implied;
  };
  const Row rows[] = {
      {"a/b", ".", "a/b", 1},      {"./a/b", ".", "a/b", 2},  {"x/./a/b", "x", "a/b", 1},
      {"./x/./a/b", "./x", "a/b", 1}, {"/a/b", "/", "a/b", 1}, {"./", ".", "", 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.typed);
    const auto split = split_operand(row.typed, true);
    REQUIRE(split);
    CHECK(split->folder == row.folder);
    CHECK(split->path.str() == row.path);
    CHECK(split->implied == row.implied);
  }
  CHECK_FALSE(split_operand("a/../b", true));
}
