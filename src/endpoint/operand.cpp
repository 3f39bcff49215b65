#include "operand.hpp"

#include <cerrno>
#include <utility>

#include "godwit/base/escape.hpp"

namespace godwit::endpoint {

namespace {

bool
means_contents(std::string_view typed)
{
  return typed.empty() || typed.ends_with('/') || typed == "." || typed == ".." || typed.ends_with("/.") ||
         typed.ends_with("/..");
}

std::string_view
without_trailing_slashes(std::string_view path)
{
  while (path.size() > 1 && path.ends_with('/')) {
    path.remove_suffix(1);
  }
  return path;
}

// Joined by single slashes, without `.`; `..` is refused.
Result<std::pair<std::string, std::uint32_t>>
normalise_relative(std::string_view path)
{
  std::string joined;
  std::uint32_t count = 0;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view component = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (component.empty() || component == ".") {
      continue;
    }
    if (component == "..") {
      return make_error(ErrorKind::usage, "cannot use --relative with '..' in a source path");
    }
    if (!joined.empty()) {
      joined += '/';
    }
    joined += component;
    ++count;
  }
  return std::pair{std::move(joined), count};
}

Result<SplitOperand>
split_relative(std::string_view typed)
{
  SplitOperand split;
  std::string_view below = typed;
  bool names_dot = false;
  split.folder = ".";
  if (const std::size_t dot = typed.find("/./"); dot != std::string_view::npos) {
    split.folder = std::string(dot == 0 ? "/" : typed.substr(0, dot));
    below = typed.substr(dot + 3);
  } else if (typed.starts_with("./")) {
    below = typed.substr(2);
    names_dot = true;
  } else if (typed.starts_with('/')) {
    split.folder = "/";
  }
  TRY_ASSIGN(auto normal, normalise_relative(below));
  TRY_ASSIGN(split.path, model::RelPath::parse(std::move(normal.first)));
  split.contents = split.path.is_root() || means_contents(typed);
  split.implied = normal.second == 0 ? 0 : normal.second - 1;
  if (names_dot && normal.second != 0) {
    ++split.implied; // the folder that the dot names is one of them
  }
  return split;
}

} // namespace

Result<SplitOperand>
split_operand(std::string_view typed, bool relative)
{
  if (relative) {
    return split_relative(typed);
  }
  SplitOperand split;
  if (means_contents(typed)) {
    split.folder = typed.empty() ? "." : std::string(typed);
    split.contents = true;
    return split;
  }
  typed = without_trailing_slashes(typed);
  const std::size_t slash = typed.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? typed : typed.substr(slash + 1);
  split.folder = slash == std::string_view::npos ? "." : std::string(typed.substr(0, slash + 1));
  auto path = model::RelPath::parse(std::string(name));
  if (!path) {
    return sys_error("cannot open '" + escape(typed.substr(0, 300)) + "'", ENAMETOOLONG);
  }
  split.path = *std::move(path);
  return split;
}

} // namespace godwit::endpoint
