#include "cli/number_format.hpp"

#include <limits>

#include <doctest/doctest.h>

using namespace godwit::cli;

TEST_CASE("Numbers are plain, grouped, or in units of 1000 or 1024")
{
  CHECK(format_number(1234567, 0) == "1234567");
  CHECK(format_number(1234567, 1) == "1,234,567");
  CHECK(format_number(123456, 1) == "123,456");
  CHECK(format_number(999, 1) == "999");
  CHECK(format_number(0, 1) == "0");
  CHECK(format_number(999, 2) == "999");
  CHECK(format_number(1000, 2) == "1.00K");
  CHECK(format_number(100009, 2) == "100.01K");
  CHECK(format_number(100009, 3) == "97.67K");
  CHECK(format_number(1023, 3) == "1,023");
  CHECK(format_number(300000000, 3) == "286.10M");
  CHECK(format_number(300000000, 4) == "286.10M");
  CHECK(format_number(std::numeric_limits<std::uint64_t>::max(), 2) == "18446.74P");
}

TEST_CASE("Decimal numbers keep their digits unless a unit is used")
{
  CHECK(format_decimal(442, 1, 2) == "442.00");
  CHECK(format_decimal(200994, 1, 2) == "200,994.00");
  CHECK(format_decimal(200988, 0, 2) == "200988.00");
  CHECK(format_decimal(200970, 3, 2) == "196.26K");
  CHECK(format_decimal(0.0514, 1, 2) == "0.05");
  CHECK(format_decimal(0.001, 1, 3) == "0.001");
}

TEST_CASE("Rates and clocks have rsync's columns")
{
  CHECK(format_rate(0) == "   0.00kB/s");
  CHECK(format_rate(5.86 * 1024) == "   5.86kB/s");
  CHECK(format_rate(64.12 * 1024 * 1024) == "  64.12MB/s");
  CHECK(format_rate(2.5 * 1024 * 1024 * 1024) == "   2.50GB/s");
  CHECK(format_clock(0) == "   0:00:00");
  CHECK(format_clock(3725.9) == "   1:02:05");
  CHECK(format_clock(-1) == "  ??:??:??");
  CHECK(format_clock(std::numeric_limits<double>::quiet_NaN()) == "  ??:??:??");
}
