#include <algorithm>
#include <map>
#include <random>

#include <doctest/doctest.h>

#include "godwit/fs/walk.hpp"
#include "support/walk_log.hpp"

using namespace godwit;
using test::TempTree;
using test::WalkLog;

namespace {

class RandomTree
{
public:
  explicit RandomTree(unsigned seed) : m_random(seed) {}

  // Adds up to `count` files and folders, and remembers which are folders.
  std::map<std::string, bool> fill(const TempTree& tree, int count)
  {
    std::map<std::string, bool> made{{"", true}};
    std::vector<std::string> folders{""};
    for (int i = 0; i < count; ++i) {
      const std::string& folder = folders[pick(folders.size())];
      const std::string at = folder.empty() ? name() : folder + "/" + name();
      if (made.contains(at)) {
        continue;
      }
      const bool is_folder = pick(3) == 0;
      made.emplace(at, is_folder);
      if (is_folder) {
        tree.folder(at);
        folders.push_back(at);
      } else {
        tree.file(at);
      }
    }
    return made;
  }

private:
  std::size_t pick(std::size_t below) { return m_random() % below; }

  // Few different bytes around the slash, so that names are prefixes of each other.
  std::string name()
  {
    static constexpr std::string_view bytes = "ab-.0\x01\xff";
    std::string text(1, bytes[pick(2)]);
    for (std::size_t rest = pick(5) == 0 ? 12 : pick(4); rest > 0; --rest) {
      text += bytes[pick(bytes.size())];
    }
    return text;
  }

  std::mt19937 m_random;
};

std::vector<std::string>
sorted_by_force(const std::map<std::string, bool>& made)
{
  std::vector<std::pair<model::RelPath, bool>> all;
  for (const auto& [path, is_folder] : made) {
    all.emplace_back(test::path(path), is_folder);
  }
  std::ranges::sort(all, [](const auto& a, const auto& b) {
    return model::listing_order(a.first, a.second, b.first, b.second) < 0;
  });
  std::vector<std::string> lines;
  for (const auto& [path, is_folder] : all) {
    lines.push_back(path.str() + (is_folder && !path.is_root() ? "/" : ""));
  }
  return lines;
}

} // namespace

TEST_CASE("walk gives a random tree in the order that sorting all of it gives")
{
  for (unsigned seed = 1; seed <= 25; ++seed) {
    CAPTURE(seed);
    TempTree tree;
    const auto made = RandomTree(seed).fill(tree, 200);
    WalkLog log;
    log.run(tree);
    CHECK(log.lines == sorted_by_force(made));
    CHECK(log.is_ordered());
  }
}

TEST_CASE("walk unites two random trees as a map would")
{
  for (unsigned seed = 1; seed <= 25; ++seed) {
    CAPTURE(seed);
    TempTree first;
    TempTree second;
    const auto one = RandomTree(seed).fill(first, 120);
    const auto two = RandomTree(seed + 1000).fill(second, 120);
    auto united = one;
    for (const auto& [path, is_folder] : two) {
      united[path] |= is_folder;
    }
    WalkLog log;
    log.options.scope = {{{}, true, true, {0, 1}}};
    log.bases.push_back({*fs::Dir::open_operand(first.root()), {}, {}});
    log.bases.push_back({*fs::Dir::open_operand(second.root()), {}, {}});
    log.run();
    CHECK(log.lines == sorted_by_force(united));
    for (const model::Entry& entry : log.entries) {
      const auto in_first = one.find(entry.path.str());
      const bool is_first = in_first != one.end() && in_first->second == entry.is_folder();
      CHECK(entry.base == (is_first ? 0 : 1));
    }
  }
}
