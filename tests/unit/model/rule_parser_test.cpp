#include "godwit/model/rule_parser.hpp"

#include <doctest/doctest.h>

using namespace godwit;
using namespace godwit::model;

namespace
{

// What a rule says, in one line: kind, sides, flags, pattern.
std::string
shown(const FilterRule& rule)
{
  std::string text(1, rule.kind == FilterRule::Kind::include ? '+' : '-');
  text += rule.has_side ? (rule.for_source ? (rule.for_dest ? "sr" : "s") : "r") : "";
  text += rule.anchored ? "^" : "";
  text += rule.whole_path ? "w" : "";
  text += rule.absolute ? "/" : "";
  text += rule.negated ? "!" : "";
  text += rule.perishable ? "p" : "";
  return text + " " + rule.pattern + (rule.folders_only ? "/" : "");
}

std::string
parsed(std::string_view text, RuleForm form)
{
  const auto rule = parse_rule(text, form);
  if (!rule) {
    return rule.error().text;
  }
  if (!*rule) {
    return "nothing";
  }
  return (*rule)->kind == FilterRule::Kind::clear ? "clear" : shown(**rule);
}

struct Case {
  const char* text;
  const char* expected;
};

} // namespace

TEST_CASE("A --filter rule is read with its kind, modifiers and pattern")
{
  const Case cases[] = {
      {"- a", "- a"},
      {"-_a", "- a"},
      {"- _a", "- _a"},
      {"-  a", "-  a"},
      {"+ /a/b/", "+^w a/b/"},
      {"- a/", "- a/"},
      {"- a/b", "-w a/b"},
      {"- a**", "-w a**"},
      {"- dir/***", "-w dir/***"},
      {"- /", "-^w "},
      {"H a", "-s a"},
      {"S a", "+s a"},
      {"P a", "-r a"},
      {"R a", "+r a"},
      {"hide,p a", "-sp a"},
      {"show a", "+s a"},
      {"protect_a", "-r a"},
      {"risk a", "+r a"},
      {"exclude,! *.c", "-! *.c"},
      {"include a", "+ a"},
      {"-! *.c", "-! *.c"},
      {"-,! a", "-! a"},
      {"-rs a", "-sr a"},
      {"-s a", "-s a"},
      {"+r a", "+r a"},
      {"-/ a", "-/ a"},
      {"!", "clear"},
      {"clear", "clear"},
      {"", "nothing"},
      {"- ", "unexpected end of filter rule: - "},
      {"-", "unexpected end of filter rule: -"},
      {"exclude", "unexpected end of filter rule: exclude"},
      {"x  y", "unknown filter rule: x  y"},
      {"excludea", "unknown filter rule: excludea"},
      {"! x", "a '!' rule has trailing characters: ! x"},
      {"clear,x", "a '!' rule has trailing characters: clear,x"},
      {"Hs a", "invalid modifier 's' in filter rule: Hs a"},
      {"-z a", "invalid modifier 'z' in filter rule: -z a"},
      {": a", "filter rules that merge a file are not supported yet: : a"},
      {"merge a", "filter rules that merge a file are not supported yet: merge a"},
      {"-C", "the modifier 'C' of filter rules is not supported yet: -C"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(parsed(c.text, RuleForm::filter) == c.expected);
  }
}

TEST_CASE("A pattern of --exclude or --include may name another kind")
{
  CHECK(parsed("a", RuleForm::exclude) == "- a");
  CHECK(parsed("a", RuleForm::include) == "+ a");
  CHECK(parsed("+ a", RuleForm::exclude) == "+ a");
  CHECK(parsed("- a/", RuleForm::include) == "- a/");
  CHECK(parsed("-", RuleForm::exclude) == "- -");
  CHECK(parsed("!", RuleForm::exclude) == "clear");
  CHECK(parsed("!x", RuleForm::exclude) == "- !x");
  CHECK(parsed("P a", RuleForm::exclude) == "- P a");
  CHECK(parsed("", RuleForm::exclude) == "nothing");
  CHECK(parsed("+ ", RuleForm::exclude) == "unexpected end of filter rule: + ");
}

TEST_CASE("A clear rule empties what stands before it")
{
  std::vector<FilterRule> rules;
  REQUIRE(add_rule_lines(rules, "a\nb\n!\n+ c\r\n\n# note\n; note\nd", RuleForm::exclude));
  REQUIRE(rules.size() == 2);
  CHECK(shown(rules[0]) == "+ c");
  CHECK(shown(rules[1]) == "- d");
}
