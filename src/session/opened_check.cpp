#include "opened_check.hpp"

#include <algorithm>
#include <string_view>

#include <fnmatch.h>

#include "godwit/base/escape.hpp"

namespace godwit::session {

namespace {

// Where an operand may lie in the listing.
struct Wanted {
  std::vector<std::string> names; // its components there, each with the user's wildcards
  bool has_more_above = false;    // -R below a home folder: what leads there comes first
  bool may_be_root = false;       // it means the contents of a folder
  bool implies_root = false;      // -R with `./`: the folder that the dot names is listed, too
  bool may_be_any_name = false;   // a home folder: only the far end knows what it is called
};

std::vector<std::string>
components(std::string_view path)
{
  std::vector<std::string> names;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    if (const std::string_view name = path.substr(0, slash); !name.empty() && name != ".") {
      names.emplace_back(name);
    }
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return names;
}

bool
has_wildcard(std::string_view text)
{
  return text.find_first_of("*?[") != std::string_view::npos;
}

// As the far end's glob() does, or literally, which is what it takes where nothing matches.
bool
is_match(const std::string& pattern, const std::string& name)
{
  return pattern == name ||
         (has_wildcard(pattern) && ::fnmatch(pattern.c_str(), name.c_str(), FNM_NOESCAPE | FNM_PERIOD) == 0);
}

Wanted
wanted_relative(std::string_view typed)
{
  Wanted wanted;
  std::string_view below = typed;
  if (const std::size_t dot = typed.find("/./"); dot != std::string_view::npos) {
    below = typed.substr(dot + 3);
  } else if (typed.starts_with('~')) {
    below = typed.substr(std::min(typed.find('/'), typed.size()));
    wanted.has_more_above = true;
  }
  wanted.names = components(below);
  wanted.may_be_root = wanted.names.empty();
  wanted.implies_root = typed.starts_with("./") && typed.find("/./") == std::string_view::npos;
  return wanted;
}

Wanted
wanted_for(std::string_view typed, bool relative)
{
  if (relative) {
    return wanted_relative(typed);
  }
  Wanted wanted;
  const std::string last(typed.substr(std::min(typed.rfind('/') + 1, typed.size())));
  wanted.may_be_any_name = typed.starts_with('~') && typed.find('/') == std::string_view::npos;
  wanted.may_be_root = last.empty() || is_match(last, ".") || is_match(last, "..") || wanted.may_be_any_name;
  wanted.names = {last};
  if (last.empty() && has_wildcard(typed)) { // where nothing matches, the name itself may come back
    const std::vector<std::string> all = components(typed);
    wanted.names = {all.empty() ? std::string() : all.back()};
  }
  return wanted;
}

bool
is_asked_for(const proto::OpenedOperand& operand, const Wanted& wanted)
{
  const std::vector<std::string> names = components(operand.path.view());
  const std::size_t parents = names.empty() ? 0 : names.size() - 1;
  if (operand.implied > parents + (wanted.implies_root && !names.empty() ? 1 : 0)) {
    return false;
  }
  if (names.empty()) {
    return wanted.may_be_root;
  }
  if (wanted.may_be_any_name) {
    return names.size() == 1;
  }
  if (names.size() < wanted.names.size() || (names.size() > wanted.names.size() && !wanted.has_more_above)) {
    return false;
  }
  return std::equal(wanted.names.rbegin(), wanted.names.rend(), names.rbegin(), is_match);
}

// What could not be opened goes by its name as it was typed, which a wildcard or `~` changes.
bool
is_answer(const proto::OpenedOperand& operand, const std::string& typed, const Wanted& wanted)
{
  if (operand.error != 0) {
    return operand.typed == typed || has_wildcard(typed) || typed.starts_with('~');
  }
  return is_asked_for(operand, wanted);
}

} // namespace

Result<>
check_opened(const std::vector<std::string>& asked, bool relative, const proto::Opened& opened)
{
  std::vector<Wanted> wanted;
  for (const std::string& typed : asked) {
    wanted.push_back(wanted_for(typed, relative));
  }
  std::vector<bool> is_answered(asked.size());
  std::size_t guess = 0; // the answers come in the order of the operands
  for (const proto::OpenedOperand& operand : opened.operands) {
    const auto answers = [&](std::size_t at) { return is_answer(operand, asked[at], wanted[at]); };
    std::size_t tried = 0;
    while (tried < asked.size() && !answers(guess)) {
      guess = (guess + 1) % asked.size();
      ++tried;
    }
    if (tried == asked.size() || operand.base >= opened.operands.size()) {
      return make_error(ErrorKind::protocol, "cannot trust the far end: it opened '" + escape(operand.path.view()) +
                                                 "', which it was not asked for");
    }
    is_answered[guess] = true;
  }
  for (std::size_t at = 0; at < asked.size(); ++at) {
    const auto answers = [&](const proto::OpenedOperand& operand) { return is_answer(operand, asked[at], wanted[at]); };
    if (!is_answered[at] && std::none_of(opened.operands.begin(), opened.operands.end(), answers)) {
      return make_error(ErrorKind::protocol, "cannot trust the far end: it does not say what became of '" +
                                                 escape(asked[at]) + "'");
    }
  }
  return {};
}

} // namespace godwit::session
