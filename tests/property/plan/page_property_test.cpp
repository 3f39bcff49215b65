#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

#include "godwit/plan/page.hpp"
#include "model_tree.hpp"

using namespace godwit;
using namespace godwit::plan;
using namespace godwit::plan::test;
using model::Action;
using model::Entry;
using model::Side;

namespace
{

PlanRules
random_rules(Random& random)
{
  const auto coin = [&] {
    return random() % 2 == 0;
  };
  PlanRules rules;
  rules.links = coin();
  rules.specials = coin();
  rules.compare.perms = coin();
  rules.compare.times = coin();
  rules.compare.omit_dir_times = coin();
  rules.compare.owner = coin();
  rules.compare.group = coin();
  rules.compare.size_only = coin();
  rules.compare.umask = 022;
  rules.collects_removals = rules.may_clear_way = coin();
  rules.reports_up_to_date = false;
  return rules;
}

// Both listings less the pages that are equal, the source's being cut every `entries` entries.
struct Unequal {
  std::vector<Entry> source, dest;
  std::size_t dropped = 0;

  Unequal(const std::vector<Entry>& all_source, const std::vector<Entry>& all_dest, const Recipe& recipe,
          std::size_t entries)
  {
    static const HashKey key{HashKey::Seed{}};
    PageBuilder source_pages(recipe, Side::source, key);
    PageBuilder dest_pages(recipe, Side::dest, key);
    std::size_t from = 0;
    std::size_t dest_from = 0;
    while (from < all_source.size()) {
      std::size_t to = from;
      while (to < all_source.size() && to - from < entries) {
        source_pages.add(all_source[to++]);
      }
      const PageSummary page = source_pages.finish();
      std::size_t dest_to = dest_from;
      while (dest_to < all_dest.size() && !is_past(all_dest[dest_to], page)) {
        dest_pages.add(all_dest[dest_to++]);
      }
      if (same_page(page, dest_pages.finish(), page.owners)) {
        dropped += to - from;
      } else {
        const auto at = [](const std::vector<Entry>& of, std::size_t i) {
          return of.begin() + static_cast<long>(i);
        };
        source.insert(source.end(), at(all_source, from), at(all_source, to));
        dest.insert(dest.end(), at(all_dest, dest_from), at(all_dest, dest_to));
      }
      from = to;
      dest_from = dest_to;
    }
    dest.insert(dest.end(), all_dest.begin() + static_cast<long>(dest_from), all_dest.end());
  }
};

void
scatter_mounts(std::vector<Entry>& source, Random& random)
{
  for (Entry& entry : source) {
    entry.flags = entry.is_folder() && random() % 16 == 0 ? std::uint8_t{Entry::is_mount} : std::uint8_t{0};
  }
  // A folder that is not entered is listed without what it holds.
  std::vector<Entry> kept;
  model::RelPath mount;
  for (Entry& entry : source) {
    if (mount.is_root() || !entry.path.is_below(mount)) {
      mount = entry.has(Entry::is_mount) && !entry.path.is_root() ? entry.path : model::RelPath();
      kept.push_back(std::move(entry));
    }
  }
  source = std::move(kept);
}

std::vector<std::string>
described(const std::vector<Action>& actions)
{
  std::vector<std::string> lines;
  for (const Action& action : actions) {
    lines.push_back(action.entry.path.str() + " " + std::to_string(static_cast<int>(action.kind)) + " " +
                    std::to_string(static_cast<int>(action.reason)) + " " +
                    std::to_string(static_cast<int>(action.entry.type)) +
                    (action.changes.any() ? " changed" : "") + (action.replaces ? " replaces" : ""));
  }
  return lines;
}

} // namespace

TEST_CASE("Leaving out equal pages changes nothing in a plan")
{
  std::size_t dropped = 0;
  for (std::uint64_t seed = 0; seed < 20000; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const PlanRules rules = random_rules(random);
    const Node dest = changed_tree(random_tree(random, 3), random, 3);
    Node changed = random() % 2 == 0 ? changed_tree(dest, random, 3) : dest;
    changed.entry = dest.entry;
    std::vector<Entry> source = listing(changed);
    scatter_mounts(source, random);
    const Unequal rest(source, listing(dest), *Recipe::from(rules), 1 + random() % 6);
    dropped += rest.dropped;
    REQUIRE(described(plan_all(rest.source, rest.dest, rules)) ==
            described(plan_all(source, listing(dest), rules)));
  }
  CHECK(dropped > 20000);
}
