#include "rate_option.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "godwit/base/escape.hpp"
#include "size.hpp"

namespace godwit::cli
{

namespace
{

using model::RateTable;

constexpr std::uint64_t least_rate = 512; // rounds to rsync's unit of 1 KiB

Error
wrong(std::string_view text, std::string_view why)
{
  return make_error(ErrorKind::usage, fmt::format("--bwlimit={} {}", escape(text), why));
}

Result<std::uint64_t>
parse_rate(std::string_view text)
{
  if (text == "off") {
    return std::uint64_t{0};
  }
  TRY_ASSIGN(const std::uint64_t rate, parse_size(text, SizeUnit::kib, "bwlimit"));
  if (rate != 0 && rate < least_rate) {
    return wrong(text, "is too small: give 512 bytes or more, or 0 for none");
  }
  return rate;
}

// "HH:MM" or "H:MM".
std::optional<int>
parse_minute(std::string_view text)
{
  const std::size_t colon = text.find(':');
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool has_form = colon != std::string_view::npos && colon >= 1 && colon <= 2 && text.size() == colon + 3;
  if (!has_form || std::count_if(text.begin(), text.end(), is_digit) != static_cast<std::ptrdiff_t>(text.size() - 1)) {
    return std::nullopt;
  }
  int hour = 0;
  for (const char c : text.substr(0, colon)) {
    hour = hour * 10 + (c - '0');
  }
  const int minute = (text[colon + 1] - '0') * 10 + (text[colon + 2] - '0');
  return hour < 24 && minute < 60 ? std::optional(hour * 60 + minute) : std::nullopt;
}

Result<RateTable::Step>
parse_step(std::string_view text)
{
  const std::size_t comma = text.find(',');
  const auto minute = parse_minute(text.substr(0, comma));
  if (comma == std::string_view::npos || comma + 1 == text.size() || !minute) {
    return wrong(text, "is invalid: a timetable is made of HH:MM,RATE, as in '08:00,2M 19:00,off'");
  }
  TRY_ASSIGN(const std::uint64_t rate, parse_rate(text.substr(comma + 1)));
  return RateTable::Step{*minute, rate};
}

} // namespace

Result<RateTable>
parse_rates(std::string_view text)
{
  RateTable table;
  if (text.find_first_of(":, ") == std::string_view::npos) {
    TRY_ASSIGN(const std::uint64_t rate, parse_rate(text));
    table.steps.push_back({0, rate});
    return table;
  }
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    if (end != 0) {
      TRY_ASSIGN(const RateTable::Step step, parse_step(rest.substr(0, end)));
      table.steps.push_back(step);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const auto is_earlier = [](const RateTable::Step& a, const RateTable::Step& b) { return a.minute < b.minute; };
  std::sort(table.steps.begin(), table.steps.end(), is_earlier);
  const auto is_same = [](const RateTable::Step& a, const RateTable::Step& b) { return a.minute == b.minute; };
  if (table.steps.empty() || std::adjacent_find(table.steps.begin(), table.steps.end(), is_same) != table.steps.end()) {
    return wrong(text, table.steps.empty() ? "is empty: give a rate" : "names one time twice");
  }
  return table;
}

} // namespace godwit::cli
