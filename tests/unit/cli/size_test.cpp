#include "cli/size.hpp"

#include <doctest/doctest.h>

using namespace godwit;
using namespace godwit::cli;

namespace
{

std::string
sized(std::string_view text, SizeUnit unit = SizeUnit::bytes)
{
  const auto size = parse_size(text, unit, "max-size");
  return size ? std::to_string(*size) : size.error().text;
}

struct Case {
  const char* text;
  const char* expected;
};

} // namespace

TEST_CASE("A size is read with rsync's units, fractions and offsets")
{
  const Case cases[] = {
      {"1024", "1024"},
      {"010", "10"},
      {"1K", "1024"},
      {"1k", "1024"},
      {"1KB", "1000"},
      {"1kb", "1000"},
      {"1KiB", "1024"},
      {"1kIb", "1024"},
      {"1K+1", "1025"},
      {"1K-1", "1023"},
      {"1024b", "1024"},
      {"1000B+1", "1001"},
      {"1BB", "1"},
      {"1BiB", "1"},
      {"1.5K", "1536"},
      {".5K", "512"},
      {"1.K", "1024"},
      {".K", "0"},
      {"2M", "2097152"},
      {"1G", "1073741824"},
      {"1T", "1099511627776"},
      {"1P", "1125899906842624"},
      {"1025-1", "1024"},
      {"", "0"},
      {"0", "0"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(sized(c.text) == c.expected);
  }
}

TEST_CASE("What is no size is refused by name")
{
  for (const char* text : {"1K+2", "1KK", "1X", "1K+", "+1", "1e3", " 1K", "1,000", "0x10", "K", "[1]"}) {
    CAPTURE(text);
    CHECK(sized(text).starts_with("--max-size=" + std::string(text) + " is invalid"));
  }
  CHECK(sized("10000P") == "--max-size=10000P is too large");
  CHECK(sized("-1") == "--max-size=-1 is invalid: a size is not negative");
}

TEST_CASE("A bare rate is in KiB")
{
  CHECK(sized("100", SizeUnit::kib) == "102400");
  CHECK(sized("0.5", SizeUnit::kib) == "512");
  CHECK(sized("512b", SizeUnit::kib) == "512");
  CHECK(sized("1+1", SizeUnit::kib) == "1025");
  CHECK(sized("1m", SizeUnit::kib) == "1048576");
}

TEST_CASE("A whole number is read as C reads it, as popt does for rsync")
{
  CHECK(*parse_int("010", "timeout") == 8);
  CHECK(*parse_int("0x10", "timeout") == 16);
  CHECK(*parse_int(" 7", "timeout") == 7);
  CHECK(*parse_int("-1", "timeout") == -1);
  CHECK(*parse_int("", "timeout") == 0);
  CHECK(parse_int("1 ", "timeout").error().text == "--timeout=1  is not a whole number");
  CHECK(parse_int("1.5", "timeout").error().text == "--timeout=1.5 is not a whole number");
  CHECK(parse_int("99999999999", "timeout").error().text ==
        "--timeout=99999999999 is too large or too small");
}
