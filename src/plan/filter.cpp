#include "godwit/plan/filter.hpp"

#include <algorithm>

#include "plan/wildmatch.hpp"

namespace godwit::plan
{

using model::FilterRule;
using model::Side;

namespace
{

constexpr std::size_t npos = std::string_view::npos;

std::string_view
last_component(std::string_view path)
{
  const std::size_t slash = path.rfind('/');
  return slash == npos ? path : path.substr(slash + 1);
}

// The last `count` components of a path, or nothing where it has fewer.
std::string_view
last_components(std::string_view path, std::size_t count)
{
  for (std::size_t at = path.size(); at > 0; --at) {
    if (path[at - 1] == '/' && --count == 0) {
      return path.substr(at);
    }
  }
  return count == 1 ? path : std::string_view();
}

bool
is_tail(std::string_view path, std::string_view tail)
{
  return path.ends_with(tail) && (path.size() == tail.size() || path[path.size() - tail.size() - 1] == '/');
}

} // namespace

struct Filter::Subject {
  std::string_view path;
  bool is_folder;
  std::string_view root; // without its leading slash
};

Filter::Rule
Filter::compile(const FilterRule& rule, bool delete_excluded)
{
  Rule compiled{rule};
  const std::string& pattern = rule.pattern;
  if (delete_excluded && !rule.has_side) {
    compiled.for_dest = false;
  }
  compiled.is_wild = pattern.find_first_of("*[?") != npos;
  compiled.is_suffix = !rule.whole_path && pattern.size() > 1 && pattern.front() == '*' &&
                       pattern.find_first_of("*[?\\", 1) == npos;
  compiled.has_double_star = pattern.find("**") != npos;
  compiled.begins_with_double_star = !rule.anchored && pattern.starts_with("**");
  compiled.covers_folder = pattern.ends_with("***");
  compiled.slashes = static_cast<std::size_t>(std::count(pattern.begin(), pattern.end(), '/'));
  return compiled;
}

Filter::Filter(const std::vector<FilterRule>& rules, bool delete_excluded)
{
  for (const FilterRule& rule : rules) {
    if (rule.kind == FilterRule::Kind::clear) {
      m_rules.clear();
    } else {
      m_rules.push_back(compile(rule, delete_excluded));
    }
  }
  m_sides_agree = std::all_of(m_rules.begin(), m_rules.end(), [](const Rule& rule) {
    return rule.for_source && rule.for_dest && !rule.perishable;
  });
}

// Where in `text` the pattern has to begin: at its start, so many components before its end, or, for a `**`
// further in, behind any slash.
bool
Filter::text_matches(const Rule& rule, std::string_view text)
{
  if (rule.is_suffix) {
    return text.ends_with(std::string_view(rule.pattern).substr(1));
  }
  if (!rule.is_wild) {
    return rule.anchored ? text == rule.pattern : is_tail(text, rule.pattern);
  }
  if (rule.anchored || rule.begins_with_double_star || (rule.slashes == 0 && !rule.has_double_star)) {
    return wildmatch(rule.pattern, text);
  }
  if (!rule.has_double_star) {
    const std::string_view tail = last_components(text, rule.slashes + 1);
    return !tail.empty() && wildmatch(rule.pattern, tail);
  }
  while (!wildmatch(rule.pattern, text)) {
    const std::size_t slash = text.find('/');
    if (slash == npos) {
      return false;
    }
    text.remove_prefix(slash + 1);
  }
  return true;
}

bool
Filter::applies(const Rule& rule, const Subject& subject)
{
  if (rule.folders_only && !subject.is_folder) {
    return rule.negated;
  }
  if (!rule.whole_path) {
    return text_matches(rule, last_component(subject.path)) != rule.negated;
  }
  const bool is_joined = rule.absolute && !subject.root.empty();
  const bool has_slash_before = is_joined || rule.begins_with_double_star;
  const bool has_slash_behind = rule.covers_folder && subject.is_folder;
  if (!has_slash_before && !has_slash_behind) {
    return text_matches(rule, subject.path) != rule.negated;
  }
  std::string text;
  if (is_joined) {
    text += subject.root;
  }
  text += has_slash_before ? "/" : "";
  text += subject.path;
  text += has_slash_behind ? "/" : "";
  return text_matches(rule, text) != rule.negated;
}

const Filter::Rule*
Filter::first_match(const Subject& subject, Side side, bool with_perishable) const
{
  for (const Rule& rule : m_rules) {
    const bool is_on_side = side == Side::source ? rule.for_source : rule.for_dest;
    if (is_on_side && (with_perishable || !rule.perishable) && applies(rule, subject)) {
      return &rule;
    }
  }
  return nullptr;
}

Decision
Filter::decide(std::string_view path, bool is_folder, std::string_view root) const
{
  if (m_rules.empty() || path.empty()) {
    return {};
  }
  root.remove_prefix(root.starts_with('/') ? 1 : 0);
  root.remove_suffix(root.ends_with('/') ? 1 : 0);
  const Subject subject{path, is_folder, root};
  const auto excludes = [](const Rule* rule) {
    return rule != nullptr && rule->kind == FilterRule::Kind::exclude;
  };

  Decision decision;
  decision.hidden = excludes(first_match(subject, Side::source, true));
  if (m_sides_agree) {
    decision.is_protected = decision.hidden;
    return decision;
  }
  const Rule* const for_dest = first_match(subject, Side::dest, true);
  decision.is_protected = excludes(for_dest);
  if (decision.is_protected && for_dest->perishable) {
    decision.is_perishable = !excludes(first_match(subject, Side::dest, false));
  }
  return decision;
}

} // namespace godwit::plan
