#include <algorithm>
#include <random>

#include "move_tree.hpp"

using namespace godwit;
using namespace godwit::plan;
using namespace godwit::plan::test;

namespace
{

using Random = std::mt19937_64;

class TreeMaker
{
public:
  explicit TreeMaker(std::uint64_t seed) : m_random(seed) {}

  std::size_t
  below(std::size_t limit)
  {
    return m_random() % limit;
  }
  MoveTree
  make()
  {
    MoveTree tree;
    for (std::size_t i = below(14); i > 0; --i) {
      add(tree);
    }
    return tree;
  }
  MoveTree
  changed(MoveTree tree)
  {
    for (std::size_t i = below(6); i > 0; --i) {
      change(tree);
    }
    return tree;
  }

private:
  int
  any_content()
  {
    const auto content = static_cast<int>(below(24));
    return size_of(content) == 0 ? 0 : content; // all empty files are one
  }
  std::string
  any_folder(const MoveTree& tree)
  {
    std::vector<std::string> folders{""};
    for (const auto& [path, item] : tree) {
      if (item.is_folder) {
        folders.push_back(path + "/");
      }
    }
    return folders[below(folders.size())];
  }
  std::string
  free_name(const MoveTree& tree)
  {
    static const std::vector<std::string> names{"a", "b", "a.1", "m", "m0", "z", "q"};
    const std::string path = any_folder(tree) + names[below(names.size())];
    return tree.contains(path) ? "" : path;
  }
  void
  add(MoveTree& tree)
  {
    const std::string path = free_name(tree);
    if (!path.empty()) {
      const bool is_folder = below(3) == 0;
      tree[path] = {is_folder, is_folder ? 0 : any_content(), 0, 0};
    }
  }
  std::string
  any(const MoveTree& tree)
  {
    auto at = tree.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(below(tree.size())));
    return at->first;
  }
  void
  change(MoveTree& tree)
  {
    if (tree.empty()) {
      return;
    }
    const std::string path = any(tree);
    const std::string other = any(tree);
    const std::string fresh = free_name(tree);
    const bool fits = !fresh.empty() && !is_below(fresh, path);
    switch (below(8)) {
    case 0:
      add(tree);
      break;
    case 1:
    case 2:
    case 3:
      if (fits) {
        rename_in(tree, path, fresh);
      }
      break;
    case 4: // rotated
      if (!tree[path].is_folder && !tree[other].is_folder) {
        std::swap(tree[path], tree[other]);
      }
      break;
    case 5:
      if (!tree[path].is_folder) {
        tree[path] = {false, any_content(), static_cast<int>(below(2)), 0};
      }
      break;
    case 6:
      if (fits && !tree[path].is_folder) {
        tree[fresh] = tree[path];
      }
      break;
    default:
      std::erase_if(tree, [&](const auto& one) { return one.first == path || is_below(one.first, path); });
    }
  }

  Random m_random;
};

constexpr std::uint64_t rounds = 30000;

} // namespace

TEST_CASE("Whatever is moved, the dest becomes what the source is")
{
  std::size_t moves = 0;
  for (std::uint64_t seed = 0; seed < rounds; ++seed) {
    CAPTURE(seed);
    TreeMaker maker(seed);
    const MoveTree before = maker.make();
    const MoveTree source = maker.changed(before);
    MoveTree dest = before;
    Planner planner(moving_rules());
    MovePipeline pipeline(planner, source, dest, [](const model::Action&) { return false; });
    CAPTURE(fmt::format("{}", fmt::join(pipeline.log, "; ")));
    CAPTURE(described(before));
    carry_out(planner, pipeline, source, before, [&] { return maker.below(3) == 0; });
    REQUIRE(described(dest) == described(source));
    moves += pipeline.moves;
  }
  CHECK(moves > rounds / 4);
}

TEST_CASE("Whatever move fails, the dest becomes what the source is")
{
  for (std::uint64_t seed = 0; seed < rounds; ++seed) {
    CAPTURE(seed);
    TreeMaker maker(seed + rounds);
    const MoveTree before = maker.make();
    const MoveTree source = maker.changed(before);
    MoveTree dest = before;
    Planner planner(moving_rules());
    MovePipeline pipeline(planner, source, dest, [&](const model::Action&) { return maker.below(2) == 0; });
    CAPTURE(fmt::format("{}", fmt::join(pipeline.log, "; ")));
    CAPTURE(described(before));
    carry_out(planner, pipeline, source, before);
    REQUIRE(described(dest) == described(source));
  }
}

TEST_CASE("Where nothing may go, what moves is copied, and all that only the dest has stays")
{
  std::size_t moves = 0;
  for (std::uint64_t seed = 0; seed < rounds; ++seed) {
    CAPTURE(seed);
    TreeMaker maker(seed);
    const MoveTree before = maker.make();
    const MoveTree source = maker.changed(before);
    MoveTree dest = before;
    PlanRules rules = moving_rules();
    rules.collects_removals = false;
    Planner planner(rules);
    MovePipeline pipeline(planner, source, dest, [&](const model::Action&) { return maker.below(4) == 0; });
    CAPTURE(fmt::format("{}", fmt::join(pipeline.log, "; ")));
    CAPTURE(described(before));
    carry_out(planner, pipeline, source, before, [&] { return maker.below(3) == 0; });
    for (const auto& [path, item] : source) {
      REQUIRE(dest.contains(path));
      REQUIRE((dest.at(path).is_folder == item.is_folder && dest.at(path).content == item.content));
    }
    for (const auto& [path, item] : before) {
      const bool is_in_way = std::any_of(source.begin(), source.end(), [&](const auto& one) {
        return !one.second.is_folder && is_below(path, one.first);
      });
      REQUIRE((source.contains(path) || is_in_way || dest.contains(path)));
    }
    moves += pipeline.moves;
  }
  CHECK(moves > rounds / 8);
}

TEST_CASE("No more old names go than --max-delete allows")
{
  for (std::uint64_t seed = 0; seed < rounds / 3; ++seed) {
    CAPTURE(seed);
    TreeMaker maker(seed);
    const MoveTree before = maker.make();
    const MoveTree source = maker.changed(before);
    MoveTree dest = before;
    PlanRules rules = moving_rules();
    rules.max_delete = seed % 4;
    Planner planner(rules);
    MovePipeline pipeline(planner, source, dest, [&](const model::Action&) { return maker.below(4) == 0; });
    CAPTURE(fmt::format("{}", fmt::join(pipeline.log, "; ")));
    CAPTURE(described(before));
    carry_out(planner, pipeline, source, before);
    std::size_t gone = 0;
    for (const auto& [path, item] : before) {
      gone += dest.contains(path) || source.contains(path) ? 0U : 1U;
    }
    REQUIRE(gone <= seed % 4);
    for (const auto& [path, item] : source) {
      const bool is_there = dest.contains(path) && (item.is_folder || dest.at(path).content == item.content);
      const bool is_in_way = before.contains(path) && before.at(path).is_folder && !item.is_folder;
      REQUIRE((is_there || is_in_way));
    }
  }
}
