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
  }
  ::globfree(&found);
  if (expanded.empty()) {
    return {path};
  }
  std::ranges::sort(expanded);
  return expanded;
}

} // namespace godwit::fs
