#include "itemize.hpp"

#include <algorithm>

#include "godwit/base/escape.hpp"

namespace godwit::cli
{

using model::Action;
using model::Type;

namespace
{

char
update_letter(const Action& action, model::Direction direction)
{
  switch (action.kind) {
  case Action::Kind::transfer:
    return direction == model::Direction::push ? '<' : '>';
  case Action::Kind::make:
  case Action::Kind::move:
    return 'c';
  default:
    return '.';
  }
}

char
type_letter(Type type)
{
  switch (type) {
  case Type::folder:
    return 'd';
  case Type::symlink:
    return 'L';
  case Type::fifo:
  case Type::socket:
    return 'S';
  case Type::char_device:
  case Type::block_device:
    return 'D';
  case Type::regular:
  case Type::unknown:
    break;
  }
  return 'f';
}

// `t`: set to the source's time. `T`: left at the time of the transfer.
char
time_letter(const Action& action, const ItemizeRules& rules)
{
  const bool keeps_time = rules.times && !(action.entry.is_folder() && rules.omit_dir_times);
  if (keeps_time) {
    return action.changes.time ? 't' : '.';
  }
  const bool renewed = action.kind == Action::Kind::transfer || action.kind == Action::Kind::make ||
                       action.kind == Action::Kind::move;
  return !renewed ? '.' : rules.times ? 't' : 'T';
}

} // namespace

std::string
itemize(const Action& action, const ItemizeRules& rules)
{
  if (action.kind == Action::Kind::remove) {
    return "*deleting  ";
  }
  std::string text{update_letter(action, rules.direction), type_letter(action.entry.type)};
  if (action.is_new()) {
    return text + "+++++++++";
  }
  const model::Changes& changes = action.changes;
  text += changes.content ? 'c' : '.';
  text += changes.size ? 's' : '.';
  text += time_letter(action, rules);
  text += changes.mode ? 'p' : '.';
  text += changes.owner ? 'o' : '.';
  text += changes.group ? 'g' : '.';
  text += "...";
  const bool is_local = text.front() == '.' || text.front() == 'c';
  if (is_local && std::all_of(text.begin() + 2, text.end(), [](char c) { return c == '.'; })) {
    std::fill(text.begin() + 2, text.end(), ' ');
  }
  return text;
}

bool
is_significant(const Action& action)
{
  switch (action.kind) {
  case Action::Kind::make:
  case Action::Kind::transfer:
  case Action::Kind::remove:
  case Action::Kind::move:
    return true;
  case Action::Kind::set_metadata:
    return action.changes.any();
  case Action::Kind::retain:
  case Action::Kind::clear_way:
  case Action::Kind::up_to_date:
  case Action::Kind::skip:
    break;
  }
  return false;
}

std::string
shown_path(const model::RelPath& path)
{
  return path.is_root() ? "." : escape(path.view());
}

std::string
shown_name(const model::Entry& entry, Target target)
{
  std::string name = shown_path(entry.path);
  if (entry.is_folder()) {
    name += '/';
  } else if (entry.type == Type::symlink && target == Target::shown) {
    name += " -> " + escape(entry.target());
  }
  return name;
}

} // namespace godwit::cli
