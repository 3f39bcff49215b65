#include "godwit/model/rate_table.hpp"

#include <doctest/doctest.h>

using godwit::model::RateTable;

TEST_CASE("a timetable holds from each of its times on, and over midnight")
{
  const RateTable table{{{8 * 60, 2000}, {19 * 60, 0}, {22 * 60 + 30, 500}}};
  CHECK(table.at(0) == 500);
  CHECK(table.at(8 * 60 - 1) == 500);
  CHECK(table.at(8 * 60) == 2000);
  CHECK(table.at(18 * 60 + 59) == 2000);
  CHECK(table.at(19 * 60) == 0);
  CHECK(table.at(23 * 60 + 59) == 500);
  CHECK(table.limits());
  CHECK(table.changes());
}

TEST_CASE("one rate holds all day, none is no limit")
{
  CHECK(RateTable{{{0, 7}}}.at(0) == 7);
  CHECK(RateTable{{{0, 7}}}.at(1439) == 7);
  CHECK_FALSE(RateTable{{{0, 7}}}.changes());
  CHECK(RateTable{}.at(600) == 0);
  CHECK_FALSE(RateTable{}.limits());
  CHECK_FALSE(RateTable{{{0, 0}, {60, 0}}}.limits());
}
