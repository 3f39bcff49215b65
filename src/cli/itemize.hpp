#pragma once
// What a line says of an entry: its name and its eleven characters of -i.

#include <string>

#include "godwit/model/action.hpp"
#include "godwit/model/event.hpp"
#include "godwit/model/options.hpp"

namespace godwit::cli
{

struct ItemizeRules {
  model::Direction direction = model::Direction::local;
  bool times = false;
  bool omit_dir_times = false;
};

// RSYNC.md, '--itemize-changes': `YXcstpoguax`. For every kind of action but skip and clear_way.
std::string itemize(const model::Action& action, const ItemizeRules& rules);

// The action changes something.
bool is_significant(const model::Action& action);

enum class Target : bool { hidden, shown };

// As it is printed: escaped, a folder with its `/`, the root as `./`, a link with what it points to.
std::string shown_name(const model::Entry& entry, Target target = Target::shown);

// The path alone, escaped; the root is `.`.
std::string shown_path(const model::RelPath& path);

} // namespace godwit::cli
