#pragma once

#include <cstdint>
#include <string>

namespace godwit::model {

// One parsed filter rule (RSYNC.md, 'Filter rules'). Immutable once parsed.
struct FilterRule {
  enum class Kind : std::uint8_t { exclude, include, clear };

  Kind kind = Kind::exclude;
  bool for_source = true;   // hide or show
  bool for_dest = true;     // protect or risk
  bool has_side = false;    // a side was named: --delete-excluded leaves the rule as it is
  bool folders_only = false; // the pattern ended in '/'
  bool anchored = false;    // the pattern began with '/'
  bool whole_path = false;  // a slash or `**`: matched against the path, else against the last component
  bool absolute = false;    // modifier '/': matched against the absolute path
  bool negated = false;     // modifier '!'
  bool perishable = false;  // modifier 'p': not applied inside a folder that is being removed
  std::string pattern;      // without the anchoring and the trailing slash

  bool operator==(const FilterRule&) const = default;
};

} // namespace godwit::model
