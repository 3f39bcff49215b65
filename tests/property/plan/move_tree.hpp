#pragma once
// Trees of files with contents, and a pipeline that carries out a plan with moves in them, some of
// which fail.

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "godwit/plan/planner.hpp"

namespace godwit::plan::test
{

// Contents are numbers; each has a size and, unless the file was touched, a time of its own.
struct Item {
  bool is_folder = false;
  int content = 0;
  int touched = 0;
  std::uint8_t flags = 0;
};
using MoveTree = std::map<std::string, Item>; // by path; parents are there

inline std::uint64_t
size_of(int content)
{
  static constexpr std::uint64_t sizes[] = {0, 100, 20'000, 3'000'000};
  return sizes[content % 4];
}

inline std::vector<model::Entry>
listing_of(const MoveTree& tree)
{
  std::vector<model::Entry> entries;
  model::Entry root;
  root.type = model::Type::folder;
  entries.push_back(root);
  for (const auto& [path, item] : tree) {
    model::Entry entry;
    entry.path = *model::RelPath::parse(path);
    entry.type = item.is_folder ? model::Type::folder : model::Type::regular;
    entry.mode = item.is_folder ? 0755 : 0644;
    entry.flags = item.flags;
    if (!item.is_folder) {
      entry.size = size_of(item.content);
      entry.mtime.seconds = item.content * 10 + item.touched;
    }
    entries.push_back(std::move(entry));
  }
  std::sort(entries.begin(), entries.end(),
            [](const model::Entry& a, const model::Entry& b) { return listing_order(a, b) < 0; });
  return entries;
}

inline bool
is_below(const std::string& path, const std::string& folder)
{
  return path.starts_with(folder + "/");
}

// Takes the path and all below it elsewhere.
inline void
rename_in(MoveTree& tree, const std::string& from, const std::string& to)
{
  MoveTree moved;
  for (auto at = tree.begin(); at != tree.end();) {
    if (at->first == from || is_below(at->first, from)) {
      moved.emplace(to + at->first.substr(from.size()), at->second);
      at = tree.erase(at);
    } else {
      ++at;
    }
  }
  tree.merge(moved);
}

// Carries actions out at the dest, checking that each can be.
class MovePipeline
{
public:
  using Fails = std::function<bool(const model::Action&)>;
  MovePipeline(Planner& planner, const MoveTree& source, MoveTree& dest, Fails fails)
      : m_planner(planner), m_source(source), m_dest(dest), m_fails(std::move(fails))
  {
  }

  void
  run(model::Action action)
  {
    using Kind = model::Action::Kind;
    const std::string path = action.entry.path.str();
    CAPTURE(path);
    REQUIRE(m_numbers.insert(action.number).second);
    if (action.after && m_failed.contains(*action.after)) {
      fail(std::move(action));
      return;
    }
    switch (action.kind) {
    case Kind::move:
    case Kind::retain:
      move(std::move(action));
      break;
    case Kind::make:
      REQUIRE(action.entry.is_folder());
      put(action);
      break;
    case Kind::transfer:
      put(action);
      break;
    case Kind::clear_way:
      remove(action.entry.path.str());
      REQUIRE(m_waiting.contains(*action.for_number));
      put(m_waiting.at(*action.for_number));
      break;
    case Kind::remove:
      remove(action.entry.path.str());
      break;
    default:
      break;
    }
  }

  std::size_t moves = 0; // that were done
  std::size_t transfers = 0;
  std::vector<std::string> log;

private:
  void
  check_parent(const std::string& path) const
  {
    const std::size_t slash = path.rfind('/');
    if (slash != std::string::npos) {
      CAPTURE(path);
      REQUIRE(m_dest.contains(path.substr(0, slash)));
      REQUIRE(m_dest.at(path.substr(0, slash)).is_folder);
    }
  }
  Item
  wanted(const std::string& path) const
  {
    Item item = m_source.at(path);
    item.flags = 0;
    return item;
  }
  void
  put(const model::Action& action)
  {
    const std::string& path = action.entry.path.str();
    log.push_back((action.entry.is_folder() ? "make " : "transfer ") + path);
    check_parent(path);
    const auto there = m_dest.find(path);
    if (there != m_dest.end() && there->second.is_folder && !action.entry.is_folder()) {
      m_waiting.insert_or_assign(action.number, action);
      return;
    }
    transfers += action.entry.is_folder() ? 0U : 1U;
    m_dest[path] = wanted(path);
  }
  void
  remove(const std::string& path)
  {
    log.push_back("remove " + path);
    CAPTURE(path);
    REQUIRE(m_dest.contains(path));
    const auto below = m_dest.upper_bound(path + "/");
    REQUIRE((below == m_dest.end() || !is_below(below->first, path)));
    m_dest.erase(path);
  }
  void
  fail(model::Action action)
  {
    if (action.kind == model::Action::Kind::retain) {
      return;
    }
    log.push_back("fail " + action.entry.path.str());
    if (action.kind == model::Action::Kind::move && action.origin->way == model::Origin::Way::rename) {
      m_planner.move_failed(action);
    }
    model::Action instead = as_if_new(std::move(action));
    if (instead.kind == model::Action::Kind::move) {
      move(std::move(instead));
    } else {
      put(instead);
    }
  }
  void
  move(model::Action action)
  {
    using Way = model::Origin::Way;
    const model::Origin& origin = *action.origin;
    const std::string to = action.entry.path.str();
    const bool is_lost = action.kind == model::Action::Kind::move && origin.way == Way::retained &&
                         !m_retained.contains(origin.retained);
    if (is_lost || (origin.way != Way::along && m_fails(action))) {
      m_failed.insert(action.number);
      fail(std::move(action));
      return;
    }
    static constexpr const char* ways[] = {"rename ", "copy ", "retained ", "along "};
    log.push_back((action.kind == model::Action::Kind::retain ? "retain " : ways[static_cast<int>(origin.way)]) +
                  origin.path.str() + " " + to);
    if (action.kind == model::Action::Kind::retain) {
      m_retained[action.number] = m_dest.at(origin.at.str());
      return;
    }
    ++moves;
    check_parent(to);
    if (origin.way == Way::along) {
      REQUIRE(m_dest.contains(to));
    } else if (action.entry.is_folder()) {
      REQUIRE(!m_dest.contains(to));
      REQUIRE(m_dest.contains(origin.at.str()));
      rename_in(m_dest, origin.at.str(), to);
    } else {
      move_file(action, to);
    }
    REQUIRE(m_dest.at(to).content == m_source.at(to).content);
    m_dest[to] = wanted(to);
  }
  void
  move_file(const model::Action& action, const std::string& to)
  {
    using Way = model::Origin::Way;
    const model::Origin& origin = *action.origin;
    if (origin.way == Way::retained) {
      REQUIRE(m_retained.contains(origin.retained));
      m_dest[to] = m_retained.at(origin.retained);
      return;
    }
    REQUIRE(m_dest.contains(origin.at.str()));
    m_dest[to] = m_dest.at(origin.at.str());
    if (origin.way == Way::rename) {
      m_dest.erase(origin.at.str());
    }
  }

  Planner& m_planner;
  const MoveTree& m_source;
  MoveTree& m_dest;
  Fails m_fails;
  std::set<std::uint64_t> m_numbers;
  std::set<std::uint64_t> m_failed;
  std::map<std::uint64_t, model::Action> m_waiting;
  std::map<std::uint64_t, Item> m_retained;
};

inline PlanRules
moving_rules()
{
  PlanRules rules;
  rules.compare.times = rules.compare.perms = true;
  rules.compare.omit_dir_times = true;
  rules.collects_removals = rules.may_clear_way = true;
  rules.detects_renames = true;
  rules.reports_up_to_date = false;
  return rules;
}

// Runs a plan against the dest. `source_first`: how far the listings come apart.
inline void
carry_out(Planner& planner, MovePipeline& pipeline, const MoveTree& source, const MoveTree& dest_at_start,
          std::function<bool()> answers_late = [] { return false; })
{
  const std::vector<model::Entry> entries[] = {listing_of(source), listing_of(dest_at_start)};
  std::size_t at[] = {0, 0};
  std::vector<ProofWanted> waiting;
  while (!planner.is_done()) {
    while (auto action = planner.take()) {
      pipeline.run(*std::move(action));
    }
    while (auto wanted = planner.take_proof()) {
      waiting.push_back(*std::move(wanted));
    }
    while (!waiting.empty() && !answers_late()) {
      const ProofWanted& wanted = waiting.back();
      const MoveTree& tree = wanted.side == model::Side::source ? source : dest_at_start;
      const int content = tree.at(wanted.path.str()).content;
      CHECK(wanted.size == size_of(content));
      const Proof proof{wanted.id, true, {static_cast<std::uint64_t>(content), wanted.sampled ? 1U : 0U}, 1};
      waiting.pop_back();
      planner.proved(proof);
    }
    for (const model::Side side : {model::Side::source, model::Side::dest}) {
      const std::size_t which = side == model::Side::source ? 0 : 1;
      if (planner.wants(side) && at[which] < entries[which].size()) {
        REQUIRE(planner.feed(side, entries[which][at[which]++]));
      } else if (planner.wants(side)) {
        planner.end(side);
      }
    }
  }
  while (auto action = planner.take_removal()) {
    pipeline.run(*std::move(action));
  }
}

inline std::string
described(const MoveTree& tree)
{
  std::string text;
  for (const auto& [path, item] : tree) {
    text += item.is_folder ? path + "/\n" : fmt::format("{} {} {}\n", path, item.content, item.touched);
  }
  return text;
}

} // namespace godwit::plan::test
