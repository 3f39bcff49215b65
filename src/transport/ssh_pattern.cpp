#include "transport/ssh_pattern.hpp"

#include <cctype>
#include <cstddef>

namespace godwit::transport
{
namespace
{

bool
is_same_letter(char a, char b)
{
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

} // namespace

bool
matches_pattern(std::string_view name, std::string_view pattern)
{
  std::size_t at = 0;
  std::size_t in_pattern = 0;
  std::size_t star = std::string_view::npos; // just past the last `*`
  std::size_t star_at = 0;
  while (at < name.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      star = ++in_pattern;
      star_at = at;
    } else if (in_pattern < pattern.size() &&
               (pattern[in_pattern] == '?' || is_same_letter(pattern[in_pattern], name[at]))) {
      ++in_pattern;
      ++at;
    } else if (star != std::string_view::npos) {
      in_pattern = star;
      at = ++star_at;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in_pattern) == std::string_view::npos;
}

bool
matches_list(std::string_view name, std::string_view patterns, std::string_view dividers)
{
  bool has_match = false;
  while (!patterns.empty()) {
    const std::size_t end = patterns.find_first_of(dividers);
    std::string_view pattern = patterns.substr(0, end);
    patterns.remove_prefix(end == std::string_view::npos ? patterns.size() : end + 1);
    const bool is_negated = pattern.starts_with('!');
    pattern.remove_prefix(is_negated ? 1 : 0);
    if (pattern.empty() || !matches_pattern(name, pattern)) {
      continue;
    }
    if (is_negated) {
      return false;
    }
    has_match = true;
  }
  return has_match;
}

} // namespace godwit::transport
