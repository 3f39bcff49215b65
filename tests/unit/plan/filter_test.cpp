#include "godwit/plan/filter.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "godwit/model/rule_parser.hpp"
#include "plan/wildmatch.hpp"

using namespace godwit;
using namespace godwit::plan;
using model::Side;

namespace
{

Filter
filter_of(const std::vector<std::string_view>& texts, bool delete_excluded = false)
{
  std::vector<model::FilterRule> rules;
  for (const std::string_view text : texts) {
    REQUIRE(model::add_rule(rules, text, model::RuleForm::filter));
  }
  return Filter(rules, delete_excluded);
}

// A path that ends in a slash is a folder's.
Decision
decide(const Filter& filter, std::string_view path, std::string_view root = {})
{
  const bool is_folder = path.ends_with('/');
  path.remove_suffix(is_folder ? 1 : 0);
  return filter.decide(path, is_folder, root);
}

} // namespace

TEST_CASE("Patterns match as rsync's do")
{
  struct Row {
    std::string_view pattern, path;
    bool matches;
  };
  const Row rows[] = {
      {"foo", "foo", true},
      {"foo", "a/foo", true},
      {"foo", "foo/a", false},
      {"foo", "afoo", false},
      {"/foo", "foo", true},
      {"/foo", "a/foo", false},
      {"foo/", "foo/", true},
      {"foo/", "foo", false},
      {"a/b", "a/b", true},
      {"a/b", "x/a/b", true},
      {"a/b", "xa/b", false},
      {"/a/b", "x/a/b", false},
      {"*.o", "a/b.o", true},
      {"*.o", ".o", true},
      {"*.o", "a.o.c", false},
      {"a/*", "a/b", true},
      {"a/*", "a/b/c", false},
      {"a/*", "x/a/b", true},
      {"a*/b", "x/ab/b", true},
      {"a*/b", "b", false},
      {"/a/**", "a/b/c", true},
      {"/a/**", "a/", false},
      {"a/**", "x/a/b/c", true},
      {"/a/**/b", "a/b", false},
      {"/a/**/b", "a/x/y/b", true},
      {"**/b", "b", true},
      {"**/b", "a/b", true},
      {"**b", "a/xb", true},
      {"a/***", "a/", true},
      {"a/***", "a", false},
      {"a/***", "x/a/b/c", true},
      {"?", "a", true},
      {"a?b", "a/b", false},
      {"[ab]c", "bc", true},
      {"[!ab]c", "bc", false},
      {"[^ab]c", "xc", true},
      {"a[!x]b", "a/b", false},
      {"[a-c]", "b", true},
      {"[a-]", "-", true},
      {"[]x]", "]", true},
      {"[[:alpha:]]1", "a1", true},
      {"[[:digit:][:upper:]]1", "X1", true},
      {"[[:nope:]]", "a", false},
      {"[a", "[a", false},
      {"\\*", "*", true},
      {"a\\b*", "ab", true},
      {"a\\b", "a\\b", true}, // no wildcard: a backslash is a backslash
      {"/", "a", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pattern);
    CAPTURE(row.path);
    const std::string rule = "- " + std::string(row.pattern);
    CHECK(decide(filter_of({rule}), row.path).hidden == row.matches);
  }
}

TEST_CASE("The first rule that matches decides, and what none matches is included")
{
  const Filter filter = filter_of({"+ *.c", "- *", "+ a"});
  CHECK_FALSE(decide(filter, "x.c").hidden);
  CHECK(decide(filter, "a").hidden);
  CHECK_FALSE(decide(filter_of({"- x"}), "y").hidden);
}

TEST_CASE("The root is never filtered")
{
  CHECK_FALSE(filter_of({"- *"}).decide("", true).hidden);
}

TEST_CASE("A negated rule matches what its pattern does not, non-folders included")
{
  const Filter filter = filter_of({"-! keep/"});
  CHECK(decide(filter, "x/").hidden);
  CHECK(decide(filter, "keep").hidden);
  CHECK_FALSE(decide(filter, "keep/").hidden);
}

TEST_CASE("Rules decide for the side that they name")
{
  struct Row {
    std::string_view rule;
    bool hidden, is_protected;
  };
  const Row rows[] = {{"- x", true, true},   {"H x", true, false},  {"P x", false, true},
                      {"-s x", true, false}, {"-r x", false, true}, {"-sr x", true, true}};
  for (const Row& row : rows) {
    CAPTURE(row.rule);
    const Decision decision = decide(filter_of({row.rule}), "x");
    CHECK(decision.hidden == row.hidden);
    CHECK(decision.is_protected == row.is_protected);
  }
  const Decision shown = decide(filter_of({"S x", "- x"}), "x");
  CHECK_FALSE(shown.hidden);
  CHECK(shown.is_protected);
  const Decision at_risk = decide(filter_of({"R x", "- x"}), "x");
  CHECK(at_risk.hidden);
  CHECK_FALSE(at_risk.is_protected);
}

TEST_CASE("The dest lists all but what is hidden and protected")
{
  struct Row {
    std::string_view rule;
    bool at_source, at_dest;
  };
  const Row rows[] = {
      {"- x", false, false}, {"H x", false, true}, {"P x", true, true}, {"-p x", false, true}};
  for (const Row& row : rows) {
    CAPTURE(row.rule);
    const Decision decision = decide(filter_of({row.rule}), "x");
    CHECK(decision.is_listed(Side::source) == row.at_source);
    CHECK(decision.is_listed(Side::dest) == row.at_dest);
  }
}

TEST_CASE("--delete-excluded leaves to the source the rules that name no side")
{
  CHECK_FALSE(decide(filter_of({"- x"}, true), "x").is_protected);
  CHECK(decide(filter_of({"- x"}, true), "x").hidden);
  CHECK(decide(filter_of({"P x"}, true), "x").is_protected);
  CHECK(decide(filter_of({"-sr x"}, true), "x").is_protected);
}

TEST_CASE("A perishable rule does not count inside a folder that goes, but one behind it may")
{
  CHECK(decide(filter_of({"-p x"}), "x").is_perishable);
  CHECK_FALSE(decide(filter_of({"-p x", "P x"}), "x").is_perishable);
  CHECK_FALSE(decide(filter_of({"P x", "-p x"}), "x").is_perishable);
}

TEST_CASE("The modifier / matches against the absolute path")
{
  const Filter filter = filter_of({"-/ /home/me/x", "-/ me/y"});
  CHECK(decide(filter, "x", "/home/me").hidden);
  CHECK_FALSE(decide(filter, "x", "/home/you").hidden);
  CHECK(decide(filter, "y", "/home/me/").hidden);
  CHECK(decide(filter, "home/me/x", "/").hidden);
  CHECK_FALSE(decide(filter_of({"- /home/me/x"}), "x", "/home/me").hidden);
}

TEST_CASE("A pattern of many stars takes no exponential time")
{
  std::string pattern;
  for (int i = 0; i < 40; ++i) {
    pattern += "*a**a";
  }
  CHECK_FALSE(wildmatch(pattern + "b", std::string(2000, 'a')));
}
