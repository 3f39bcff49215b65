#include <doctest/doctest.h>

#include "godwit/plan/name_distance.hpp"

using namespace godwit::plan;

namespace
{

constexpr std::uint32_t no_bound = 100'000;

std::uint32_t
distance(std::string_view a, std::string_view b)
{
  const std::uint32_t there = name_distance(a, b, no_bound);
  CHECK(name_distance(b, a, no_bound) == there);
  return there;
}

bool
is_similar(std::string_view a, std::string_view b)
{
  const std::uint32_t most = similar_within(a, b);
  CHECK(similar_within(b, a) == most);
  return name_distance(a, b, most) <= most;
}

} // namespace

TEST_CASE("The distance of names counts what differs in them")
{
  CHECK(distance("a", "a") == 0);
  CHECK(distance("", "") == 0);
  CHECK(distance("tool-1.2.tar", "tool-1.3.tar") == 1);
  CHECK(distance("2024-01-31", "2025-02-01") == 3);
  CHECK(distance("log.1", "log.2") == 1);
  CHECK(distance("log", "log.1") == 6);
  CHECK(distance("part9", "part10") == 3);
  CHECK(distance("report", "deport") == 4);
  CHECK(distance("report.txt", "report.html") == 4);
  CHECK(distance("report", "report.bak") == 4);
  CHECK(distance(".profile", ".profiles") == 4);
  CHECK(distance("abcd", "") == 16);
}

TEST_CASE("The distance of names past a bound is only known to be past it")
{
  CHECK(name_distance("kitten", "sitting", 3) > 3);
  CHECK(name_distance("a.txt", "a.html", 3) > 3);
  CHECK(name_distance("kitten", "sitting", 12) == 12);
  const std::string_view most = "0123456789012345678901234567890123456789";
  CHECK(name_distance(most, "abcdefghijklmnopqrstuvwxyz", 8) > 8);
}

TEST_CASE("Versions of a file have similar names, other files have not")
{
  for (const auto& [a, b] : {std::pair("tool-1.2.tar.gz", "tool-1.10.tar.gz"),
                             std::pair("backup-2024.img", "backup.img"),
                             std::pair("messages", "messages.1"), std::pair("photo.jpg", "photo.png"),
                             std::pair("Report final.odt", "Report final (2).odt")}) {
    CAPTURE(a);
    CHECK(is_similar(a, b));
  }
  for (const auto& [a, b] : {std::pair("old", "new"), std::pair("kernel.img", "photos.img"),
                             std::pair("README", "Makefile"), std::pair("foo-1.0", "bar-2.3")}) {
    CAPTURE(a);
    CHECK_FALSE(is_similar(a, b));
  }
}
