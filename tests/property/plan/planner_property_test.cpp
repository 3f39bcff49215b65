#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

#include "model_tree.hpp"

using namespace godwit;
using namespace godwit::plan;
using namespace godwit::plan::test;
using model::Action;
using model::Entry;

namespace
{

PlanRules
random_rules(Random& random)
{
  const auto coin = [&] {
    return random() % 2 == 0;
  };
  PlanRules rules;
  rules.links = rules.devices = rules.specials = true;
  rules.compare.perms = coin();
  rules.compare.times = coin();
  rules.compare.omit_dir_times = coin();
  rules.compare.owner = coin();
  rules.compare.group = coin();
  rules.compare.size_only = random() % 4 == 0;
  rules.compare.umask = 022;
  rules.collects_removals = coin();
  rules.may_clear_way = rules.collects_removals || coin();
  return rules;
}

// Owners of what is new are the process's unless they are set.
void
forget_new_owners(Node& node, const PlanRules& rules)
{
  node.entry.uid = rules.compare.owner ? node.entry.uid : 0;
  node.entry.gid = rules.compare.group ? node.entry.gid : 0;
  for (auto& [name, child] : node.children) {
    forget_new_owners(child, rules);
  }
}

struct Case {
  Node source, dest;
  PlanRules rules;

  explicit Case(std::uint64_t seed)
  {
    Random random(seed);
    dest = changed_tree(random_tree(random, 3), random, 3);
    source = changed_tree(dest, random, 3);
    rules = random_rules(random);
    forget_new_owners(source, rules);
    forget_new_owners(dest, rules);
    clear_flags(source);
    source.entry = dest.entry;
  }

  static void
  clear_flags(Node& node)
  {
    node.entry.flags = 0;
    for (auto& [name, child] : node.children) {
      clear_flags(child);
    }
  }
};

void
clear_new_ids(Node& node)
{
  node.entry.uid = node.entry.uid == model::keep_id ? 0 : node.entry.uid;
  node.entry.gid = node.entry.gid == model::keep_id ? 0 : node.entry.gid;
  for (auto& [name, child] : node.children) {
    clear_new_ids(child);
  }
}

Node
carried_out(const Case& c, const std::vector<Action>& actions)
{
  Node tree = c.dest;
  Executor executor(tree, c.rules);
  for (const Action& action : actions) {
    executor.run(action);
  }
  CHECK(executor.waiting() == 0);
  clear_new_ids(tree);
  return tree;
}

constexpr std::uint64_t rounds = 20000;

} // namespace

TEST_CASE("A plan that is carried out makes of the dest what a plain recursion makes of it")
{
  for (std::uint64_t seed = 0; seed < rounds; ++seed) {
    CAPTURE(seed);
    const Case c(seed);
    const Node result = carried_out(c, plan_all(listing(c.source), listing(c.dest), c.rules));
    Node wanted = c.dest;
    expect(c.source, wanted, c.rules);
    REQUIRE(describe(result) == describe(wanted));
  }
}

TEST_CASE("A second plan has nothing to do, but for what stayed in the way")
{
  for (std::uint64_t seed = 0; seed < rounds; ++seed) {
    CAPTURE(seed);
    Case c(seed);
    c.dest = carried_out(c, plan_all(listing(c.source), listing(c.dest), c.rules));
    std::vector<Action> again = plan_all(listing(c.source), listing(c.dest), c.rules);
    std::vector<std::uint64_t> in_way;
    for (const Action& action : again) {
      if (action.reason == Action::Reason::in_way) {
        in_way.push_back(*action.for_number);
      }
    }
    for (const Action& action : again) {
      const bool is_idle = action.kind == Action::Kind::up_to_date || action.kind == Action::Kind::skip;
      const bool waits = std::find(in_way.begin(), in_way.end(), action.number) != in_way.end();
      REQUIRE((is_idle || waits));
    }
  }
}

TEST_CASE("Without --delete and --force nothing is removed but an empty folder that is in the way")
{
  for (std::uint64_t seed = 0; seed < rounds; ++seed) {
    CAPTURE(seed);
    Case c(seed);
    c.rules.collects_removals = c.rules.may_clear_way = false;
    for (const Action& action : plan_all(listing(c.source), listing(c.dest), c.rules)) {
      REQUIRE(action.kind != Action::Kind::remove);
    }
  }
}

TEST_CASE("After an error in the source's scan nothing is removed, unless errors are ignored")
{
  for (std::uint64_t seed = 0; seed < rounds / 4; ++seed) {
    CAPTURE(seed);
    Case c(seed);
    c.rules.collects_removals = c.rules.may_clear_way = true;
    c.source.entry.flags = Entry::is_incomplete;
    for (const Action& action : plan_all(listing(c.source), listing(c.dest), c.rules)) {
      REQUIRE(action.kind != Action::Kind::remove);
    }
    c.rules.ignore_errors = true;
    const Node result = carried_out(c, plan_all(listing(c.source), listing(c.dest), c.rules));
    Node wanted = c.dest;
    expect(c.source, wanted, c.rules);
    REQUIRE(describe(result) == describe(wanted));
  }
}

TEST_CASE("Never more names go than --max-delete allows, and all others are reported")
{
  for (std::uint64_t seed = 0; seed < rounds / 4; ++seed) {
    CAPTURE(seed);
    Case c(seed);
    c.rules.collects_removals = c.rules.may_clear_way = true;
    c.rules.max_delete = seed % 4;
    std::uint64_t removed = 0;
    const auto actions = plan_all(listing(c.source), listing(c.dest), c.rules);
    for (const Action& action : actions) {
      removed += action.kind == Action::Kind::remove ? 1 : 0;
    }
    REQUIRE(removed <= seed % 4);
    carried_out(c, actions);
  }
}

TEST_CASE("Actions are numbered in order, and come in listing order until the removals")
{
  for (std::uint64_t seed = 0; seed < rounds / 4; ++seed) {
    CAPTURE(seed);
    Case c(seed);
    const auto actions = plan_all(listing(c.source), listing(c.dest), c.rules);
    const Action* last = nullptr;
    for (std::size_t i = 0; i < actions.size(); ++i) {
      REQUIRE(actions[i].number == i);
      if (actions[i].for_number || actions[i].kind == Action::Kind::remove ||
          actions[i].reason == Action::Reason::not_empty) {
        continue;
      }
      REQUIRE((last == nullptr || listing_order(last->entry, actions[i].entry) < 0));
      last = &actions[i];
    }
  }
}
