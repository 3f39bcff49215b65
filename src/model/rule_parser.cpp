#include "godwit/model/rule_parser.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "godwit/base/escape.hpp"

namespace godwit::model
{

namespace
{

struct Word {
  std::string_view text;
  char kind;
};

constexpr std::array words{Word{"exclude", '-'},   Word{"include", '+'}, Word{"hide", 'H'},
                           Word{"show", 'S'},      Word{"protect", 'P'}, Word{"risk", 'R'},
                           Word{"dir-merge", ':'}, Word{"merge", '.'},   Word{"clear", '!'}};

// How far a rule has been read: its kind, and what follows it.
struct Prefix {
  char kind;
  std::string_view rest;
};

Error
rule_error(std::string_view what, std::string_view rule)
{
  return make_error(ErrorKind::usage, fmt::format("{}: {}", what, escape(rule)));
}

bool
ends_word(char c)
{
  return c == ' ' || c == '_' || c == ',' || c == '\t' || c == '\n';
}

// A long name, or one character; a comma after either is passed over.
Prefix
split_kind(std::string_view text)
{
  Prefix prefix{text.front(), text.substr(1)};
  for (const Word& word : words) {
    if (text.starts_with(word.text) &&
        (text.size() == word.text.size() || ends_word(text[word.text.size()]))) {
      prefix = {word.kind, text.substr(word.text.size())};
    }
  }
  if (prefix.rest.starts_with(',')) {
    prefix.rest.remove_prefix(1);
  }
  return prefix;
}

Result<>
apply_kind(FilterRule& rule, char kind, std::string_view text)
{
  switch (kind) {
  case '-':
    return {};
  case '+':
    rule.kind = FilterRule::Kind::include;
    return {};
  case 'H':
  case 'S':
    rule.kind = kind == 'S' ? FilterRule::Kind::include : FilterRule::Kind::exclude;
    rule.for_dest = false;
    rule.has_side = true;
    return {};
  case 'P':
  case 'R':
    rule.kind = kind == 'R' ? FilterRule::Kind::include : FilterRule::Kind::exclude;
    rule.for_source = false;
    rule.has_side = true;
    return {};
  case '.':
  case ':':
    return rule_error("filter rules that merge a file are not supported yet", text);
  default:
    return rule_error("unknown filter rule", text);
  }
}

// The sides that the modifiers s and r name.
struct Sides {
  bool source = false;
  bool dest = false;
};

Result<>
apply_modifier(FilterRule& rule, Sides& sides, char modifier, std::string_view text)
{
  const std::string_view known = rule.has_side ? "/!p" : "/!srp";
  if (!rule.has_side && (modifier == 'C' || modifier == 'x')) {
    return rule_error(fmt::format("the modifier '{}' of filter rules is not supported yet", modifier), text);
  }
  if (known.find(modifier) == std::string_view::npos) {
    return rule_error(
        fmt::format("invalid modifier '{}' in filter rule", escape(std::string_view(&modifier, 1))), text);
  }
  rule.absolute |= modifier == '/';
  rule.negated |= modifier == '!';
  rule.perishable |= modifier == 'p';
  sides.source |= modifier == 's';
  sides.dest |= modifier == 'r';
  return {};
}

// Reads modifiers up to the separator; what follows it is the pattern.
Result<std::string_view>
read_modifiers(FilterRule& rule, std::string_view rest, std::string_view text)
{
  Sides sides;
  while (!rest.empty() && rest.front() != ' ' && rest.front() != '_') {
    TRY(apply_modifier(rule, sides, rest.front(), text));
    rest.remove_prefix(1);
  }
  if (sides.source || sides.dest) {
    rule.for_source = sides.source;
    rule.for_dest = sides.dest;
    rule.has_side = true;
  }
  return rest.empty() ? rest : rest.substr(1);
}

void
set_pattern(FilterRule& rule, std::string_view pattern)
{
  if (pattern.size() > 1 && pattern.ends_with('/')) {
    rule.folders_only = true;
    pattern.remove_suffix(1);
  }
  if (pattern.starts_with('/')) {
    rule.anchored = true;
    pattern.remove_prefix(1);
  }
  rule.whole_path = rule.anchored || pattern.find('/') != std::string_view::npos ||
                    pattern.find("**") != std::string_view::npos;
  rule.pattern = pattern;
}

Result<std::optional<FilterRule>>
parse_prefixed(std::string_view text)
{
  const Prefix prefix = split_kind(text);
  FilterRule rule;
  if (prefix.kind == '!') {
    if (!prefix.rest.empty()) {
      return rule_error("a '!' rule has trailing characters", text);
    }
    rule.kind = FilterRule::Kind::clear;
    return std::optional(rule);
  }
  TRY(apply_kind(rule, prefix.kind, text));
  TRY_ASSIGN(const std::string_view pattern, read_modifiers(rule, prefix.rest, text));
  if (pattern.empty()) {
    return rule_error("unexpected end of filter rule", text);
  }
  set_pattern(rule, pattern);
  return std::optional(std::move(rule));
}

} // namespace

Result<std::optional<FilterRule>>
parse_rule(std::string_view text, RuleForm form)
{
  if (text.empty()) {
    return std::optional<FilterRule>();
  }
  if (form == RuleForm::filter) {
    return parse_prefixed(text);
  }
  FilterRule rule;
  rule.kind = form == RuleForm::include ? FilterRule::Kind::include : FilterRule::Kind::exclude;
  if (text == "!") {
    rule.kind = FilterRule::Kind::clear;
    return std::optional(rule);
  }
  std::string_view pattern = text;
  if (text.starts_with("- ") || text.starts_with("+ ")) {
    rule.kind = text.front() == '+' ? FilterRule::Kind::include : FilterRule::Kind::exclude;
    pattern.remove_prefix(2);
  }
  if (pattern.empty()) {
    return rule_error("unexpected end of filter rule", text);
  }
  set_pattern(rule, pattern);
  return std::optional(std::move(rule));
}

Result<>
add_rule(std::vector<FilterRule>& rules, std::string_view text, RuleForm form)
{
  TRY_ASSIGN(auto rule, parse_rule(text, form));
  if (rule && rule->kind == FilterRule::Kind::clear) {
    rules.clear();
  } else if (rule) {
    rules.push_back(*std::move(rule));
  }
  return {};
}

Result<>
add_rule_lines(std::vector<FilterRule>& rules, std::string_view content, RuleForm form)
{
  while (!content.empty()) {
    const std::size_t end = std::min(content.find_first_of("\r\n"), content.size());
    const std::string_view line = content.substr(0, end);
    content.remove_prefix(std::min(end + 1, content.size()));
    if (!line.empty() && line.front() != '#' && line.front() != ';') {
      TRY(add_rule(rules, line, form));
    }
  }
  return {};
}

} // namespace godwit::model
