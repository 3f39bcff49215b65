#include "cli/rate_option.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace godwit;
using cli::parse_rates;
using model::RateTable;

namespace {

std::string
complaint(std::string_view text)
{
  const auto parsed = parse_rates(text);
  return parsed ? "" : parsed.error().text;
}

} // namespace

TEST_CASE("--bwlimit takes one rate in KiB or with a unit")
{
  CHECK(parse_rates("100")->steps == std::vector<RateTable::Step>{{0, 102'400}});
  CHECK(parse_rates("1.5m")->steps == std::vector<RateTable::Step>{{0, 1'572'864}});
  CHECK(parse_rates("0")->steps == std::vector<RateTable::Step>{{0, 0}});
  CHECK(parse_rates("off")->steps == std::vector<RateTable::Step>{{0, 0}});
}

TEST_CASE("--bwlimit takes a timetable, in any order")
{
  CHECK(parse_rates("19:00,off 08:00,2M")->steps == std::vector<RateTable::Step>{{480, 2U << 20U}, {1140, 0}});
  CHECK(parse_rates("  7:30,512  ")->steps == std::vector<RateTable::Step>{{450, 512U << 10U}});
}

TEST_CASE("what is wrong with a --bwlimit is said with the part that is wrong")
{
  for (const char* text : {"8,2M", "24:00,2M", "08:60,2M", "08:0,2M", "008:00,2M", "08:00", "08:00,", ",2M", "x8:00,2M",
                           "08:00,2M 9h,1M", ":", "8:-1,1M"}) {
    CAPTURE(std::string(text));
    CHECK(complaint(text).find("HH:MM,RATE") != std::string::npos);
  }
  CHECK(complaint("08:00,fast").find("--bwlimit=fast") != std::string::npos);
  CHECK(complaint("08:00,1b").find("too small") != std::string::npos);
  CHECK(complaint("08:00,1M 8:00,2M").find("twice") != std::string::npos);
  CHECK(complaint("   ").find("empty") != std::string::npos);
  CHECK(complaint("100b").find("too small") != std::string::npos);
}
