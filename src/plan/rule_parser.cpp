#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "godwit/base/escape.hpp"
#include "godwit/plan/filter.hpp"

namespace godwit::plan {

namespace {

using model::FilterRule;

Error
rule_error(std::string_view rule, std::string_view cause)
{
  return make_error(ErrorKind::usage, fmt::format("cannot use filter rule '{}': {}", escape(rule), cause));
}

void
set_pattern(FilterRule& rule, std::string_view text)
{
  if (text.size() > 1 && text.ends_with('/')) {
    rule.folders_only = true;
    text.remove_suffix(1);
  }
  rule.whole_path = text.find('/') != std::string_view::npos || text.find("**") != std::string_view::npos;
  if (text.starts_with('/')) {
    rule.anchored = true;
    text.remove_prefix(1);
  }
  rule.pattern = text;
}

bool
ends_word(std::string_view text, std::size_t at)
{
  static constexpr std::string_view enders = " \t\n\v\f\r_,";
  return at >= text.size() || enders.find(text[at]) != std::string_view::npos;
}

// A rule's letter, and where what follows it begins: its modifiers, or the space before its pattern.
struct Prefix {
  char letter = 0;
  std::size_t end = 0;
};

std::optional<Prefix>
read_prefix(std::string_view text)
{
  static constexpr std::array<std::pair<std::string_view, char>, 9> names{{
      {"clear", '!'}, {"dir-merge", ':'}, {"exclude", '-'}, {"hide", 'H'}, {"include", '+'}, {"merge", '.'},
      {"protect", 'P'}, {"risk", 'R'}, {"show", 'S'},
  }};
  for (const auto& [name, letter] : names) {
    if (text.starts_with(name) && ends_word(text, name.size())) {
      const bool has_comma = name.size() < text.size() && text[name.size()] == ',';
      return Prefix{letter, name.size() + (has_comma ? 1 : 0)};
    }
  }
  static constexpr std::string_view letters = "!:-H+.PRS";
  if (letters.find(text.front()) == std::string_view::npos) {
    return std::nullopt;
  }
  const bool has_comma = text.size() > 1 && text[1] == ',';
  return Prefix{text.front(), has_comma ? std::size_t{2} : std::size_t{1}};
}

bool
names_side(char letter)
{
  return letter != '+' && letter != '-';
}

void
set_kind(FilterRule& rule, char letter)
{
  const bool includes = letter == '+' || letter == 'S' || letter == 'R';
  rule.kind = includes ? FilterRule::Kind::include : FilterRule::Kind::exclude;
  rule.has_side = names_side(letter);
  rule.for_source = letter != 'P' && letter != 'R';
  rule.for_dest = letter != 'H' && letter != 'S';
}

// Modifiers s and r: those that are given decide, none means both.
void
set_side(FilterRule& rule, model::Side side)
{
  if (!rule.has_side) {
    rule.for_source = rule.for_dest = false;
  }
  rule.has_side = true;
  (side == model::Side::source ? rule.for_source : rule.for_dest) = true;
}

Result<>
set_modifier(FilterRule& rule, char letter, char modifier, std::string_view text)
{
  switch (modifier) {
  case '/': rule.absolute = true; return {};
  case '!': rule.negated = true; return {};
  case 'p': rule.perishable = true; return {};
  case 'C':
  case 'x': return rule_error(text, fmt::format("the modifier '{}' is not supported yet", modifier));
  default: break;
  }
  if ((modifier != 's' && modifier != 'r') || names_side(letter)) {
    return rule_error(text, fmt::format("it has no modifier '{}'", escape(std::string_view(&modifier, 1))));
  }
  set_side(rule, modifier == 's' ? model::Side::source : model::Side::dest);
  return {};
}

bool
ends_modifiers(char byte)
{
  return byte == ' ' || byte == '_';
}

Result<FilterRules>
parse_bare(std::string_view text, FilterRule::Kind kind)
{
  if (text.empty()) {
    return FilterRules{};
  }
  FilterRule rule;
  rule.kind = kind;
  if (text == "!") {
    rule.kind = FilterRule::Kind::clear;
    return FilterRules{rule};
  }
  std::string_view pattern = text;
  if (text.starts_with("- ") || text.starts_with("+ ")) {
    rule.kind = text.front() == '+' ? FilterRule::Kind::include : FilterRule::Kind::exclude;
    pattern.remove_prefix(2);
  }
  if (pattern.empty()) {
    return rule_error(text, "it has no pattern");
  }
  set_pattern(rule, pattern);
  return FilterRules{rule};
}

} // namespace

Result<FilterRules>
parse_filter(std::string_view text)
{
  if (text.empty()) {
    return FilterRules{};
  }
  const auto prefix = read_prefix(text);
  if (!prefix) {
    return rule_error(text, "it begins with no rule that is known");
  }
  if (prefix->letter == ':' || prefix->letter == '.') {
    return rule_error(text, prefix->letter == ':' ? "dir-merge rules are not supported yet"
                                                  : "merge rules are not supported yet");
  }
  FilterRule rule;
  std::size_t at = prefix->end;
  if (prefix->letter == '!') {
    if (at < text.size()) {
      return rule_error(text, "nothing may follow it");
    }
    rule.kind = FilterRule::Kind::clear;
    return FilterRules{rule};
  }
  set_kind(rule, prefix->letter);
  for (; at < text.size() && !ends_modifiers(text[at]); ++at) {
    TRY(set_modifier(rule, prefix->letter, text[at], text));
  }
  if (at + 1 >= text.size()) {
    return rule_error(text, "it has no pattern");
  }
  set_pattern(rule, text.substr(at + 1));
  return FilterRules{rule};
}

Result<FilterRules>
parse_exclude(std::string_view text)
{
  return parse_bare(text, FilterRule::Kind::exclude);
}

Result<FilterRules>
parse_include(std::string_view text)
{
  return parse_bare(text, FilterRule::Kind::include);
}

Result<FilterRules>
parse_rule_file(std::string_view bytes, FilterRule::Kind default_kind)
{
  FilterRules rules;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find_first_of(std::string_view("\n\r"));
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (!line.starts_with('#') && !line.starts_with(';')) {
      TRY_ASSIGN(const FilterRules parsed, parse_bare(line, default_kind));
      rules.insert(rules.end(), parsed.begin(), parsed.end());
    }
  }
  return rules;
}

} // namespace godwit::plan
