#include "godwit/plan/name_distance.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace godwit::plan
{

namespace
{

constexpr std::uint32_t digit_changed = 1;
constexpr std::uint32_t digit_moved = 2; // added or dropped
constexpr std::uint32_t byte_changed = 4;
constexpr std::uint32_t suffix_changed = 4;
constexpr std::size_t max_name_bytes = 255;

bool
is_digit(char byte)
{
  return byte >= '0' && byte <= '9';
}

std::uint32_t
change_cost(char a, char b)
{
  return a == b ? 0 : is_digit(a) && is_digit(b) ? digit_changed : byte_changed;
}

std::uint32_t
move_cost(char byte)
{
  return is_digit(byte) ? digit_moved : byte_changed;
}

// The name without its suffix, and that. A dot at its front begins none, nor does one before digits alone:
// those are a version or a rotation.
std::pair<std::string_view, std::string_view>
split(std::string_view name)
{
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) {
    return {name, {}};
  }
  const std::string_view suffix = name.substr(dot + 1);
  return std::all_of(suffix.begin(), suffix.end(), is_digit) ? std::pair(name, std::string_view())
                                                             : std::pair(name.substr(0, dot), suffix);
}

// What both begin or end with costs nothing, and need not be looked at.
void
drop_common(std::string_view& a, std::string_view& b)
{
  const auto front = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin();
  a.remove_prefix(static_cast<std::size_t>(front));
  b.remove_prefix(static_cast<std::size_t>(front));
  const auto back = std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend()).first - a.rbegin();
  a.remove_suffix(static_cast<std::size_t>(back));
  b.remove_suffix(static_cast<std::size_t>(back));
}

// The cheapest way from one to the other, a row of the table at a time.
std::uint32_t
edit_cost(std::string_view a, std::string_view b, std::uint32_t most)
{
  std::array<std::uint32_t, max_name_bytes + 1> row{};
  for (std::size_t j = 0; j < b.size(); ++j) {
    row[j + 1] = row[j] + move_cost(b[j]);
  }
  for (const char byte : a) {
    std::uint32_t diagonal = row[0];
    std::uint32_t least = row[0] += move_cost(byte);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::uint32_t cost = std::min(
          {diagonal + change_cost(byte, b[j]), row[j] + move_cost(b[j]), row[j + 1] + move_cost(byte)});
      diagonal = std::exchange(row[j + 1], cost);
      least = std::min(least, cost);
    }
    if (least > most) {
      return least;
    }
  }
  return row[b.size()];
}

} // namespace

std::uint32_t
name_distance(std::string_view a, std::string_view b, std::uint32_t most)
{
  auto [stem_a, suffix_a] = split(a.substr(0, max_name_bytes));
  auto [stem_b, suffix_b] = split(b.substr(0, max_name_bytes));
  const std::uint32_t of_suffix = suffix_a == suffix_b ? 0 : suffix_changed;
  drop_common(stem_a, stem_b);
  return of_suffix > most ? of_suffix : of_suffix + edit_cost(stem_a, stem_b, most - of_suffix);
}

std::uint32_t
similar_within(std::string_view a, std::string_view b)
{
  const std::size_t longer = std::max(split(a).first.size(), split(b).first.size());
  return byte_changed * static_cast<std::uint32_t>(longer + 2) / 3;
}

} // namespace godwit::plan
