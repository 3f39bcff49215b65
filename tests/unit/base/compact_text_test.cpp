#include "godwit/base/compact_text.hpp"

#include <string>
#include <utility>

#include <doctest/doctest.h>

using godwit::CompactText;

TEST_CASE("A CompactText holds what it was made of, a NUL behind it")
{
  const CompactText text(std::string_view("a\0b", 3));
  CHECK(text.view() == std::string_view("a\0b", 3));
  CHECK(text.c_str()[3] == '\0');
  CHECK(CompactText({"a", "/", "b"}).view() == "a/b");
  CHECK(CompactText(std::string(70'000, 'x')).view().size() == 70'000);
}

TEST_CASE("An empty CompactText holds no block")
{
  for (const CompactText& text : {CompactText(), CompactText(""), CompactText({"", ""})}) {
    CHECK(text.empty());
    CHECK(text.view().empty());
    CHECK(*text.c_str() == '\0');
  }
  CHECK(sizeof(CompactText) == sizeof(void*));
}

TEST_CASE("A copy of a CompactText is its own, and a move does not end views")
{
  CompactText text("first");
  CompactText copy = text;
  const std::string_view view = text.view();
  CompactText moved = std::move(text);
  CHECK(view == "first");
  moved = CompactText("second");
  CHECK(copy.view() == "first");
  copy = moved;
  CHECK(copy.view() == "second");
  CHECK(moved.view() == "second");
}

TEST_CASE("CompactTexts are ordered by their bytes, as unsigned numbers")
{
  CHECK(CompactText("a") < CompactText("b"));
  CHECK(CompactText("a") < CompactText("a!"));
  CHECK(CompactText() < CompactText("a"));
  CHECK(CompactText("z") < CompactText("\xff"));
  CHECK(CompactText("a") == CompactText("a"));
}
