#include "size.hpp"

#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include <fmt/format.h>

#include "godwit/base/escape.hpp"

namespace godwit::cli
{

namespace
{

bool
is_digit(char c)
{
  return c >= '0' && c <= '9';
}

// Digits, a point, digits: as far as they go.
double
take_number(std::string_view& rest)
{
  double number = 0;
  while (!rest.empty() && is_digit(rest.front())) {
    number = number * 10 + (rest.front() - '0');
    rest.remove_prefix(1);
  }
  if (!rest.starts_with('.')) {
    return number;
  }
  rest.remove_prefix(1);
  for (double place = 0.1; !rest.empty() && is_digit(rest.front()); place /= 10) {
    number += (rest.front() - '0') * place;
    rest.remove_prefix(1);
  }
  return number;
}

bool
is_sign(char c)
{
  return c == '+' || c == '-';
}

// The power of the unit that the letter stands for; -1: no such unit.
int
take_power(std::string_view& rest, SizeUnit unit)
{
  constexpr std::string_view letters = "bkmgtp";
  if (rest.empty() || is_sign(rest.front())) {
    return unit == SizeUnit::kib ? 1 : 0;
  }
  const auto letter = static_cast<char>(std::tolower(static_cast<unsigned char>(rest.front())));
  rest.remove_prefix(1);
  const std::size_t at = letters.find(letter);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

bool
takes(std::string_view& rest, std::string_view lower_case)
{
  if (rest.size() < lower_case.size()) {
    return false;
  }
  for (std::size_t i = 0; i < lower_case.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(rest[i])) != lower_case[i]) {
      return false;
    }
  }
  rest.remove_prefix(lower_case.size());
  return true;
}

double
take_step(std::string_view& rest)
{
  if (takes(rest, "ib")) {
    return 1024;
  }
  return takes(rest, "b") ? 1000 : 1024;
}

Error
size_error(std::string_view option, std::string_view text, std::string_view why)
{
  return make_error(ErrorKind::usage, fmt::format("--{}={} {}", option, escape(text), why));
}

} // namespace

Result<std::uint64_t>
parse_size(std::string_view text, SizeUnit unit, std::string_view option)
{
  constexpr std::string_view invalid =
      "is invalid: give a number, with K, M, G, T or P behind it for larger units";
  std::string_view rest = text;
  if (rest.starts_with('-')) {
    return size_error(option, text, "is invalid: a size is not negative");
  }
  const bool has_number = !rest.empty() && (is_digit(rest.front()) || rest.front() == '.');
  double size = take_number(rest);
  const int power = take_power(rest, unit);
  if (power == -1 || (!has_number && !text.empty())) {
    return size_error(option, text, invalid);
  }
  size *= std::pow(take_step(rest), power);
  if (rest == "+1" || rest == "-1") {
    size += rest == "+1" ? 1 : -1;
    rest = {};
  }
  if (!rest.empty()) {
    return size_error(option, text, invalid);
  }
  if (size < 0 || size >= static_cast<double>(std::numeric_limits<std::int64_t>::max())) {
    return size_error(option, text, "is too large");
  }
  return static_cast<std::uint64_t>(size);
}

Result<int>
parse_int(std::string_view text, std::string_view option)
{
  const std::string digits(text);
  char* end = nullptr;
  errno = 0;
  const long number = std::strtol(digits.c_str(), &end, 0);
  if (*end != '\0' || end != digits.c_str() + digits.size()) {
    return size_error(option, text, "is not a whole number");
  }
  if (errno == ERANGE || number < std::numeric_limits<int>::min() ||
      number > std::numeric_limits<int>::max()) {
    return size_error(option, text, "is too large or too small");
  }
  return static_cast<int>(number);
}

} // namespace godwit::cli
