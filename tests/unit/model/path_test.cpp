#include "godwit/model/path.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace godwit::model;

TEST_CASE("a path accepts any bytes that a file system does")
{
  for (const char* good : {"", "a", "a/b", "...", ".a", "a\nb", "\xff", "-", " ", "a.."}) {
    CHECK(RelPath::is_valid(good));
  }
  CHECK(RelPath::is_valid(std::string(255, 'x')));
}

TEST_CASE("a path refuses whatever could leave its root")
{
  for (const char* bad : {"/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/./b"}) {
    CHECK_FALSE(RelPath::is_valid(bad));
    CHECK_FALSE(RelPath::parse(bad));
  }
  CHECK_FALSE(RelPath::is_valid(std::string_view("a\0b", 3)));
  CHECK_FALSE(RelPath::is_valid(std::string(256, 'x')));
}

TEST_CASE("listings hold a folder's files before its folders, each followed by its contents")
{
  struct Item {
    std::string path;
    bool is_folder;
  };
  // A trailing slash marks a folder.
  const std::vector<std::string> expected = {"/",    "b",     "c.x",    "a-b/", "a-b/z", "a.b/", "a/",
                                             "a/b",  "a/z",   "a/b/",   "a/b/c", "a/bb/", "a0/",  "a0/a"};
  const auto item = [](std::string text) {
    const bool folder = text.ends_with('/');
    if (folder) {
      text.pop_back();
    }
    return Item{text, folder};
  };
  for (std::size_t i = 0; i < expected.size(); ++i) {
    for (std::size_t j = 0; j < expected.size(); ++j) {
      const Item x = item(expected[i]);
      const Item y = item(expected[j]);
      const auto order =
          listing_order(*RelPath::parse(x.path), x.is_folder, *RelPath::parse(y.path), y.is_folder);
      CAPTURE(expected[i]);
      CAPTURE(expected[j]);
      CHECK((order < 0) == (i < j));
      CHECK((order == 0) == (i == j));
    }
  }
}

TEST_CASE("a file and a folder of one name are two places in a listing")
{
  CHECK(listing_order(*RelPath::parse("x"), false, *RelPath::parse("x"), true) < 0);
  CHECK(listing_order(*RelPath::parse("x"), true, *RelPath::parse("x/y"), false) < 0);
}

TEST_CASE("parents and names are cut at the last slash")
{
  const RelPath path = *RelPath::parse("a/b/c");
  CHECK(path.name() == "c");
  CHECK(path.parent().str() == "a/b");
  CHECK(path.parent().child("x").str() == "a/b/x");
  CHECK(RelPath().child("x").str() == "x");
  CHECK(path.is_below(*RelPath::parse("a/b")));
  CHECK_FALSE(path.is_below(*RelPath::parse("a/bb")));
  CHECK(path.is_below(RelPath()));
}
