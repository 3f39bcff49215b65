#pragma once

#include <string>
#include <utility>
#include <vector>

#include "godwit/fs/walk.hpp"
#include "support/temp_tree.hpp"

namespace godwit::test {

inline model::RelPath
path(std::string text)
{
  return *model::RelPath::parse(std::move(text));
}

// What a walk gave: its lines are paths, folders with `/`, unknown names with `?`.
struct WalkLog {
  WalkLog()
  {
    options.scope = {{{}, true, true, {}}};
    options.depth = model::Depth::all;
  }

  void run(const TempTree& tree, fs::Links links = fs::Links::refuse)
  {
    bases.clear();
    bases.push_back({*fs::Dir::open_operand(tree.root(), links), {}, {}});
    run();
  }

  void run()
  {
    lines.clear();
    entries.clear();
    errors.clear();
    leftovers.clear();
    calls.entry = [this](model::Entry&& entry) {
      const char* mark = entry.is_folder() && !entry.path.is_root() ? "/"
                         : entry.type == model::Type::unknown       ? "?"
                                                                    : "";
      lines.push_back(entry.path.str() + mark);
      entries.push_back(std::move(entry));
      return true;
    };
    calls.failed = [this](const model::RelPath& at, Error error) {
      errors.emplace_back(at, std::move(error));
    };
    calls.leftover = [this](const model::RelPath& at) {
      leftovers.push_back(at.str());
    };
    fs::walk(options, bases, calls);
  }

  model::Entry entry(std::string_view name) const
  {
    for (const model::Entry& each : entries) {
      if (each.path.str() == name) {
        return each;
      }
    }
    return {};
  }

  bool is_ordered() const
  {
    for (std::size_t i = 1; i < entries.size(); ++i) {
      if (model::listing_order(entries[i - 1], entries[i]) != std::strong_ordering::less) {
        return false;
      }
    }
    return true;
  }

  fs::WalkOptions options;
  fs::WalkCalls calls;
  std::vector<fs::Base> bases;
  std::vector<std::string> lines;
  std::vector<model::Entry> entries;
  std::vector<std::pair<model::RelPath, Error>> errors;
  std::vector<std::string> leftovers;
};

} // namespace godwit::test
