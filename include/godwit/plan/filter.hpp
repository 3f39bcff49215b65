#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "godwit/model/filter_rule.hpp"
#include "godwit/model/side.hpp"

namespace godwit::plan
{

// What the rules say of one name.
struct Decision {
  bool hidden = false;        // by the rules for the source: not listed there
  bool is_protected = false;  // by the rules for the dest: not removed
  bool is_perishable = false; // it is not protected inside a folder that is being removed

  // Whether a scan of `side` lists the name; a folder that is not listed is not entered.
  // At the dest, what is hidden and not protected is listed, so that it is removed.
  bool
  is_listed(model::Side side) const
  {
    return !hidden || (side == model::Side::dest && (!is_protected || is_perishable));
  }
};

// Immutable; shared freely between threads.
class Filter
{
public:
  Filter() = default;
  // With `delete_excluded`, rules that name no side hold for the source only.
  explicit Filter(const std::vector<model::FilterRule>& rules, bool delete_excluded = false);

  bool
  is_empty() const
  {
    return m_rules.empty();
  }

  // `path` is the path in the listing (empty, the root: never filtered). `root` is the absolute path of the
  // folder that the listing path is looked up in: rules with the modifier `/` are matched against both
  // joined.
  Decision decide(std::string_view path, bool is_folder, std::string_view root = {}) const;

private:
  struct Rule : model::FilterRule {
    bool is_wild = false;   // has `*`, `?` or `[`
    bool is_suffix = false; // `*` and plain bytes, for a name: the commonest kind
    bool has_double_star = false;
    bool begins_with_double_star = false;
    bool covers_folder = false; // ends in `***`: matches the folder before it as well
    std::size_t slashes = 0;    // inside the pattern
  };
  struct Subject;

  static Rule compile(const model::FilterRule& rule, bool delete_excluded);
  static bool text_matches(const Rule& rule, std::string_view text);
  static bool applies(const Rule& rule, const Subject& subject);
  const Rule* first_match(const Subject& subject, model::Side side, bool with_perishable) const;

  std::vector<Rule> m_rules;
  bool m_sides_agree = true; // every rule holds for both sides and none is perishable
};

} // namespace godwit::plan
