#include "godwit/fs/expand.hpp"

#include <algorithm>

#include <glob.h>

namespace godwit::fs {

std::string
expand_home(const std::string& operand, NameService& names)
{
  if (operand.empty() || operand.front() != '~') {
    return operand;
  }
  const std::size_t slash = std::min(operand.find('/'), operand.size());
  const auto home = names.home_of(operand.substr(1, slash - 1));
  return home ? *home + operand.substr(slash) : operand;
}

namespace {

// What a wildcard finds: not `.` and `..`, and with a slash at its end folders alone.
bool
is_found(const std::string& pattern, const std::string& path)
{
  const std::string last = path.substr(path.rfind('/') + 1);
  const bool is_dots = last == "." || last == "..";
  const bool was_typed = pattern.ends_with("/" + last) || pattern == last;
  return (!is_dots || was_typed) && (!pattern.ends_with('/') || path.ends_with('/'));
}

} // namespace

std::vector<std::string>
expand_operand(const std::string& operand, NameService& names)
{
  const std::string path = expand_home(operand, names);
  if (path.find_first_of("*?[") == std::string::npos || path.find('\0') != std::string::npos) {
    return {path};
  }
  // GLOB_NOESCAPE: a backslash is a byte like any other.
  glob_t found{};
  std::vector<std::string> expanded;
  if (::glob(path.c_str(), GLOB_NOESCAPE | GLOB_NOSORT, nullptr, &found) == 0) {
    expanded.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    std::erase_if(expanded, [&](const std::string& operand_found) { return !is_found(path, operand_found); });
  }
  ::globfree(&found);
  if (expanded.empty()) {
    return {path};
  }
  std::ranges::sort(expanded);
  return expanded;
}

} // namespace godwit::fs
