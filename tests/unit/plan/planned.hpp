#pragma once
// Listings as lines of text, and what a planner makes of them.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "godwit/model/action.hpp"
#include "godwit/model/entry.hpp"
#include "godwit/plan/planner.hpp"

namespace godwit::plan::test
{

using Lines = std::vector<std::string>;

// "a" is a file, "a/" a folder, "a@" a link; behind a space: old, big (of which there may be both), flags by
// name.
inline model::Entry
entry(std::string_view text)
{
  model::Entry made;
  const std::string_view words = text.substr(std::min(text.size(), text.find(' ')));
  std::string path(text.substr(0, text.size() - words.size()));
  if (path == "./") {
    path.clear();
    made.type = model::Type::folder;
  } else if (path.ends_with('/') || path.ends_with('@')) {
    made.type = path.ends_with('/') ? model::Type::folder : model::Type::symlink;
    path.pop_back();
  }
  const auto has = [&](std::string_view word) {
    return words.find(word) != std::string_view::npos;
  };
  made.path = *model::RelPath::parse(path);
  made.mode = 0644;
  made.mtime = {has("old") ? 1000 : 2000, 0};
  made.size = has("big") ? 1000 : 10;
  made.set_target("target");
  made.type = has("unknown") ? model::Type::unknown : made.type;
  const std::pair<std::string_view, model::Entry::Flag> flags[] = {
      {"protected", model::Entry::is_protected},   {"perishable", model::Entry::is_perishable},
      {"incomplete", model::Entry::is_incomplete}, {"mount", model::Entry::is_mount},
      {"through", model::Entry::through_link},     {"outside", model::Entry::leads_outside}};
  for (const auto& [name, flag] : flags) {
    made.flags = static_cast<std::uint8_t>(made.flags | (has(name) ? flag : 0));
  }
  return made;
}

inline std::string
described(const model::Action& action)
{
  static constexpr const char* kinds[] = {"make", "transfer", "set", "remove", "clear", "same", "skip"};
  static constexpr const char* reasons[] = {"",        " newer", " exists",    " missing", " as_long",
                                            " small",  " big",   " irregular", " folder",  " not_empty",
                                            " unread", " limit",  " in_way",   " outside"};
  std::string text = kinds[static_cast<int>(action.kind)];
  text += reasons[static_cast<int>(action.reason)];
  text += " " + action.entry.path.str() + (action.entry.is_folder() ? "/" : "");
  text += action.replaces ? " replaces" : "";
  text += action.for_number ? " for " + std::to_string(*action.for_number) : "";
  return text;
}

inline PlanRules
deleting()
{
  PlanRules rules;
  rules.compare.times = true;
  rules.links = rules.devices = rules.specials = true;
  rules.collects_removals = rules.may_clear_way = true;
  return rules;
}

inline PlanRules
keeping()
{
  PlanRules rules = deleting();
  rules.collects_removals = rules.may_clear_way = false;
  return rules;
}

inline Lines
run(Planner& planner, const Lines& source, const Lines& dest)
{
  Lines lines;
  std::size_t at[2] = {0, 0};
  while (!planner.is_done()) {
    while (auto action = planner.take()) {
      lines.push_back(described(*action));
    }
    for (const model::Side side : {model::Side::source, model::Side::dest}) {
      const Lines& entries = side == model::Side::source ? source : dest;
      std::size_t& next = at[side == model::Side::source ? 0 : 1];
      if (planner.wants(side) && next < entries.size()) {
        REQUIRE(planner.feed(side, entry(entries[next++])));
      } else if (planner.wants(side)) {
        planner.end(side);
      }
    }
  }
  while (auto action = planner.take_removal()) {
    lines.push_back(described(*action));
  }
  return lines;
}

inline Lines
planned(const PlanRules& rules, const Lines& source, const Lines& dest)
{
  Planner planner(rules);
  return run(planner, source, dest);
}

} // namespace godwit::plan::test

namespace doctest
{
template <> struct StringMaker<godwit::plan::test::Lines> {
  static String
  convert(const godwit::plan::test::Lines& lines)
  {
    std::string text;
    for (const std::string& line : lines) {
      text += line + "; ";
    }
    return text.c_str();
  }
};
} // namespace doctest
