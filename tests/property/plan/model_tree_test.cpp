#include "model_tree.hpp"

#include <algorithm>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace godwit::plan::test
{

using model::Action;
using model::Entry;
using model::Type;

namespace
{

std::uint64_t
below(Random& random, std::uint64_t limit)
{
  return random() % limit;
}

void
fill_values(Entry& entry, Random& random)
{
  entry.mode = below(random, 2) != 0 ? 0644 : 0600;
  entry.uid = static_cast<std::uint32_t>(below(random, 2));
  entry.gid = static_cast<std::uint32_t>(below(random, 2));
  entry.mtime = {static_cast<std::int64_t>(below(random, 3)), static_cast<std::uint32_t>(below(random, 3))};
  entry.size = entry.is_regular() ? below(random, 3) : 0;
  entry.set_target(entry.type == Type::symlink ? std::string(1, static_cast<char>('x' + below(random, 2))) : "");
}

Node
random_node(Random& random, int depth)
{
  static constexpr Type leaves[] = {Type::regular, Type::regular, Type::regular, Type::symlink, Type::fifo};
  Node node;
  node.entry.type =
      depth > 0 && below(random, 2) == 0 ? Type::folder : leaves[below(random, std::size(leaves))];
  fill_values(node.entry, random);
  if (node.is_folder()) {
    node.children = random_tree(random, depth - 1).children;
  }
  return node;
}

const std::string&
random_name(Random& random)
{
  static const std::vector<std::string> names{"a", "a-b", "a.b", "a0", "b", "k", "p", "z"};
  return names[below(random, names.size())];
}

void
append_listing(const Node& folder, const model::RelPath& path, std::vector<Entry>& to)
{
  for (const bool folders : {false, true}) {
    std::map<std::string, const Node*> sorted; // a folder's name with its slash
    for (const auto& [name, node] : folder.children) {
      if (node.is_folder() == folders) {
        sorted.emplace(folders ? name + "/" : name, &node);
      }
    }
    for (const auto& [key, node] : sorted) {
      to.push_back(node->entry);
      to.back().path = path.child(folders ? std::string_view(key).substr(0, key.size() - 1) : key);
      if (folders) {
        append_listing(*node, model::RelPath(to.back().path), to);
      }
    }
  }
}

bool
stays(const Entry& entry, bool is_inside)
{
  return entry.has(Entry::is_protected) && !(is_inside && entry.has(Entry::is_perishable));
}

// Takes away what may go of a folder's contents that are not among `names`.
void
take_away(Node& folder, const std::map<std::string, Node>& names, bool is_inside)
{
  for (auto at = folder.children.begin(); at != folder.children.end();) {
    Node& child = at->second;
    bool goes = !names.contains(at->first) && !stays(child.entry, is_inside);
    if (goes) {
      take_away(child, {}, true);
      goes = child.children.empty();
    }
    at = goes ? folder.children.erase(at) : std::next(at);
  }
}

void
expect_entry(const Node& source, Node& there, const PlanRules& rules)
{
  const Difference difference = compare(source.entry, there.entry, rules.compare).difference;
  if (difference == Difference::none) {
    return;
  }
  const bool keeps_content = difference == Difference::metadata;
  Entry wanted = source.entry;
  wanted.mode = static_cast<std::uint16_t>(wanted_mode(source.entry, &there.entry, rules.compare));
  wanted.flags = there.entry.flags;
  if (!keeps_time(wanted.type, rules.compare) && keeps_content) {
    wanted.mtime = there.entry.mtime;
  }
  wanted.uid = rules.compare.owner ? wanted.uid : there.entry.uid;
  wanted.gid = rules.compare.group ? wanted.gid : there.entry.gid;
  there.entry = wanted;
}

// Whether `there` is out of the way of a node of another kind.
bool
make_way(Node& there, const PlanRules& rules)
{
  if (there.is_folder() && rules.may_clear_way) {
    take_away(there, {}, true);
  }
  return there.children.empty();
}

} // namespace

Node
random_tree(Random& random, int depth)
{
  Node root;
  root.entry.type = Type::folder;
  root.entry.mode = 0755;
  for (std::uint64_t i = below(random, 6); i > 0; --i) {
    root.children[random_name(random)] = random_node(random, depth);
  }
  return root;
}

Node
changed_tree(const Node& tree, Random& random, int depth)
{
  Node changed = tree;
  for (auto& [name, node] : changed.children) {
    if (node.is_folder()) {
      node = changed_tree(node, random, depth - 1);
    }
    if (below(random, 6) == 0) {
      fill_values(node.entry, random);
    } else if (below(random, 8) == 0) {
      node = random_node(random, depth);
    }
    const std::uint64_t guard = below(random, 12);
    node.entry.flags = guard == 0   ? std::uint8_t{Entry::is_protected}
                       : guard == 1 ? std::uint8_t{Entry::is_protected | Entry::is_perishable}
                                    : std::uint8_t{0};
  }
  std::erase_if(changed.children, [&](const auto&) { return below(random, 8) == 0; });
  if (below(random, 3) == 0) {
    changed.children[random_name(random)] = random_node(random, depth);
  }
  return changed;
}

std::vector<Entry>
listing(const Node& root)
{
  std::vector<Entry> entries{root.entry};
  append_listing(root, {}, entries);
  return entries;
}

void
expect(const Node& source, Node& dest, const PlanRules& rules)
{
  if (rules.collects_removals) {
    take_away(dest, source.children, false);
  }
  for (const auto& [name, node] : source.children) {
    const auto there = dest.children.find(name);
    if (there != dest.children.end() && node.is_folder() != there->second.is_folder()) {
      if (!make_way(there->second, rules)) {
        continue;
      }
      dest.children.erase(there);
    }
    const auto [at, is_new] = dest.children.try_emplace(name);
    if (is_new || !same_kind(node.entry.type, at->second.entry.type)) {
      at->second.entry = node.entry;
      at->second.entry.mode = static_cast<std::uint16_t>(wanted_mode(node.entry, nullptr, rules.compare));
    } else {
      expect_entry(node, at->second, rules);
    }
    if (node.is_folder()) {
      expect(node, at->second, rules);
    }
  }
}

Node&
Executor::folder_of(const model::RelPath& path)
{
  Node* node = &m_root;
  const model::RelPath parent = path.parent();
  std::string_view rest = parent.view();
  while (!rest.empty()) {
    const std::string name(rest.substr(0, rest.find('/')));
    REQUIRE(node->children.contains(name));
    node = &node->children[name];
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
  }
  return *node;
}

void
Executor::put(const Action& action)
{
  if (action.entry.path.is_root()) {
    return;
  }
  auto& children = folder_of(action.entry.path).children;
  const std::string name(action.entry.path.name());
  const auto there = children.find(name);
  if (there != children.end() && there->second.is_folder() && !action.entry.is_folder()) {
    m_waiting.emplace(action.number, action);
    return;
  }
  if (there == children.end() || action.replaces) {
    REQUIRE((action.replaces || !action.there));
    REQUIRE((there == children.end() || there->second.children.empty()));
    children[name].entry = action.entry;
    return;
  }
  REQUIRE(action.there);
  Entry& entry = there->second.entry;
  const Entry before = entry;
  entry = action.entry;
  entry.flags = before.flags;
  if (action.kind == Action::Kind::set_metadata && !keeps_time(entry.type, m_rules.compare)) {
    entry.mtime = before.mtime;
  }
  entry.uid = entry.uid == model::keep_id ? before.uid : entry.uid;
  entry.gid = entry.gid == model::keep_id ? before.gid : entry.gid;
}

void
Executor::remove(const Action& action)
{
  auto& children = folder_of(action.entry.path).children;
  const auto there = children.find(std::string(action.entry.path.name()));
  REQUIRE(there != children.end());
  REQUIRE(there->second.children.empty());
  REQUIRE(there->second.entry.type == action.entry.type);
  children.erase(there);
}

void
Executor::run(const Action& action)
{
  switch (action.kind) {
  case Action::Kind::make:
  case Action::Kind::transfer:
  case Action::Kind::set_metadata:
    put(action);
    break;
  case Action::Kind::remove:
    remove(action);
    break;
  case Action::Kind::clear_way: {
    remove(action);
    REQUIRE(m_waiting.contains(*action.for_number));
    const Action waiting = m_waiting.at(*action.for_number);
    m_waiting.erase(*action.for_number);
    put(waiting);
    break;
  }
  case Action::Kind::skip:
    if (action.for_number && action.reason == Action::Reason::in_way) {
      REQUIRE(m_waiting.erase(*action.for_number) == 1);
    }
    break;
  case Action::Kind::up_to_date:
    break;
  case Action::Kind::move:
  case Action::Kind::retain:
    FAIL("a move that was not asked for");
  }
}

std::vector<Action>
plan_all(const std::vector<Entry>& source, const std::vector<Entry>& dest, const PlanRules& rules)
{
  Planner planner(rules);
  std::vector<Action> actions;
  std::size_t next[2] = {0, 0};
  while (!planner.is_done()) {
    while (auto action = planner.take()) {
      actions.push_back(*std::move(action));
    }
    for (const model::Side side : {model::Side::source, model::Side::dest}) {
      const auto& entries = side == model::Side::source ? source : dest;
      std::size_t& at = next[side == model::Side::source ? 0 : 1];
      if (!planner.wants(side)) {
        continue;
      }
      if (at == entries.size()) {
        planner.end(side);
      } else {
        REQUIRE(planner.feed(side, entries[at++]));
      }
    }
  }
  while (auto action = planner.take_removal()) {
    actions.push_back(*std::move(action));
  }
  return actions;
}

std::string
describe(const Node& root)
{
  std::string text;
  for (const Entry& entry : listing(root)) {
    text += fmt::format("{}{} type {} mode {:o} ids {}:{} time {}.{} size {} target '{}'\n", entry.path.str(),
                        entry.is_folder() ? "/" : "", static_cast<int>(entry.type), entry.mode, entry.uid,
                        entry.gid, entry.mtime.seconds, entry.mtime.nanoseconds, entry.size, entry.target());
  }
  return text;
}

} // namespace godwit::plan::test
