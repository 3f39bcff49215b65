#include "transport/stderr_lines.hpp"

#include <doctest/doctest.h>

#include <vector>

using godwit::transport::StderrLines;

TEST_CASE("StderrLines passes on whole lines, escaped, and keeps them")
{
  std::vector<std::string> seen;
  StderrLines lines([&](std::string_view line) { seen.emplace_back(line); });
  lines.feed("one\r\ntw");
  CHECK(seen == std::vector<std::string>{"one"});
  lines.feed("o\x1b[2J\nthree");
  lines.finish();
  CHECK(seen == std::vector<std::string>{"one", "two\\#033[2J", "three"});
  CHECK(lines.tail() == "one\ntwo\\#033[2J\nthree\n");
}

TEST_CASE("StderrLines keeps the last 32 KiB and cuts endless lines")
{
  std::size_t count = 0;
  StderrLines lines([&](std::string_view) { ++count; });
  lines.feed(std::string(100000, 'x'));
  lines.feed("\nlast\n");
  CHECK(count > 20);
  CHECK(lines.tail().size() == 32 * 1024);
  CHECK(lines.tail().ends_with("\nlast\n"));
}
