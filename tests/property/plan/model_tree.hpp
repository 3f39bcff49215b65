#pragma once
// Trees in memory: made at random, listed, changed by a plan, and synchronised by a plain recursion to
// compare with.

#include <map>
#include <random>
#include <string>
#include <vector>

#include "godwit/model/action.hpp"
#include "godwit/model/entry.hpp"
#include "godwit/plan/planner.hpp"

namespace godwit::plan::test
{

struct Node {
  model::Entry entry; // its path is set by listing
  std::map<std::string, Node> children;

  bool
  is_folder() const
  {
    return entry.is_folder();
  }
};

using Random = std::mt19937_64;

Node random_tree(Random& random, int depth);
// The same tree with random changes.
Node changed_tree(const Node& tree, Random& random, int depth);

// In listing order, the root first.
std::vector<model::Entry> listing(const Node& root);

// What the run must make of `dest`, by rsync's rules (no limit on removals).
void expect(const Node& source, Node& dest, const PlanRules& rules);

// Carries actions out as a pipeline would; a failure ends the test.
class Executor
{
public:
  Executor(Node& root, const PlanRules& rules) : m_root(root), m_rules(rules) {}
  void run(const model::Action& action);
  std::size_t
  waiting() const
  {
    return m_waiting.size();
  }

private:
  Node& folder_of(const model::RelPath& path);
  void put(const model::Action& action);
  void remove(const model::Action& action);

  Node& m_root;
  const PlanRules& m_rules;
  std::map<std::uint64_t, model::Action> m_waiting;
};

// Feeds both listings, taking actions as they come; then the removals.
std::vector<model::Action> plan_all(const std::vector<model::Entry>& source,
                                    const std::vector<model::Entry>& dest, const PlanRules& rules);

std::string describe(const Node& root);

} // namespace godwit::plan::test
