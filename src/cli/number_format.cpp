#include "number_format.hpp"

#include <string_view>

#include <fmt/format.h>

namespace godwit::cli
{

namespace
{

std::string
with_unit(double number, int level)
{
  const double step = level == 2 ? 1000 : 1024;
  constexpr std::string_view units = "KMGTP";
  std::size_t unit = 0;
  number /= step;
  while (number >= step && unit + 1 < units.size()) {
    number /= step;
    ++unit;
  }
  return fmt::format("{:.2f}{}", number, units[unit]);
}

bool
takes_unit(double number, int level)
{
  return level > 1 && number >= (level == 2 ? 1000 : 1024);
}

std::string
grouped(std::string digits)
{
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

} // namespace

std::string
format_number(std::uint64_t number, int level)
{
  if (takes_unit(static_cast<double>(number), level)) {
    return with_unit(static_cast<double>(number), level);
  }
  std::string digits = fmt::format("{}", number);
  return level == 0 ? digits : grouped(std::move(digits));
}

std::string
format_decimal(double number, int level, int digits)
{
  if (takes_unit(number, level)) {
    return with_unit(number, level);
  }
  const std::string text = fmt::format("{:.{}f}", number, digits);
  const std::size_t point = text.find('.');
  if (level == 0 || point == std::string::npos) {
    return text;
  }
  return grouped(text.substr(0, point)) + text.substr(point);
}

std::string
format_rate(double bytes_per_second)
{
  constexpr double step = 1024;
  double rate = bytes_per_second / step;
  std::string_view unit = "kB/s";
  if (rate > step * step) {
    rate /= step * step;
    unit = "GB/s";
  } else if (rate > step) {
    rate /= step;
    unit = "MB/s";
  }
  return fmt::format("{:7.2f}{}", rate, unit);
}

std::string
format_clock(double seconds)
{
  constexpr double most = 9999.0 * 3600.0;
  if (!(seconds >= 0 && seconds <= most)) {
    return "  ??:??:??";
  }
  const auto whole = static_cast<unsigned>(seconds);
  return fmt::format("{:4}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

} // namespace godwit::cli
