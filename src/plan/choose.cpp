#include "plan/choose.hpp"

#include <utility>

namespace godwit::plan
{

using model::Action;
using model::Entry;
using model::Type;

namespace
{

bool
is_wanted(Type type, const PlanRules& rules)
{
  switch (type) {
  case Type::regular:
  case Type::folder:
    return true;
  case Type::symlink:
    return rules.links;
  case Type::fifo:
  case Type::socket:
    return rules.specials;
  case Type::char_device:
  case Type::block_device:
    return rules.devices;
  case Type::unknown:
    break;
  }
  return false;
}

// As rsync reads a window: what is not newer by at least that much at the source stays.
bool
is_newer(const Entry& there, const Entry& source, std::int64_t window_s)
{
  if (window_s > 0) {
    const bool is_ahead = source.mtime.seconds > there.mtime.seconds;
    return !is_ahead || same_time(source.mtime, there.mtime, window_s - 1);
  }
  return there.mtime > source.mtime && !same_time(there.mtime, source.mtime, window_s);
}

// In rsync's order, which decides what is reported.
Action::Reason
why_left_out(const Entry& source, const Entry* there, const PlanRules& rules)
{
  using Reason = Action::Reason;
  if (rules.existing && there == nullptr) {
    return Reason::missing;
  }
  if (rules.ignore_existing && there != nullptr && !(source.is_folder() && there->is_folder())) {
    return Reason::exists;
  }
  if (!is_wanted(source.type, rules)) {
    return Reason::not_regular;
  }
  if (!source.is_regular()) {
    return Reason::none;
  }
  if (rules.max_size && source.size > *rules.max_size) {
    return Reason::too_big;
  }
  if (rules.min_size && source.size < *rules.min_size) {
    return Reason::too_small;
  }
  const bool is_older = rules.update && there != nullptr && there->is_regular() &&
                        is_newer(*there, source, rules.compare.modify_window_s);
  return is_older ? Reason::newer : Reason::none;
}

Action::Kind
kind_of(Difference difference, Type type)
{
  switch (difference) {
  case Difference::none:
    return Action::Kind::up_to_date;
  case Difference::metadata:
    return Action::Kind::set_metadata;
  case Difference::content:
  case Difference::type:
    break;
  }
  return type == Type::regular ? Action::Kind::transfer : Action::Kind::make;
}

} // namespace

Action
choose(Entry source, const Entry* there, const PlanRules& rules)
{
  Action action;
  action.reason = why_left_out(source, there, rules);
  if (action.reason != Action::Reason::none) {
    action.kind = Action::Kind::skip;
  } else if (there == nullptr) {
    action.kind = kind_of(Difference::type, source.type);
  } else {
    const Comparison comparison = compare(source, *there, rules.compare);
    action.kind = kind_of(comparison.difference, source.type);
    action.changes = comparison.changes;
    action.replaces = comparison.difference == Difference::type;
    if (rules.only_appends && comparison.difference == Difference::content && source.is_regular() &&
        there->size >= source.size) {
      action.kind = Action::Kind::skip;
      action.reason = Action::Reason::not_longer;
    }
  }
  const bool is_new = there == nullptr || action.replaces;
  if (source.is_folder() && is_new && !rules.compare.perms) {
    source.flags |= Entry::inherits_group_bit;
  }
  source.mode = static_cast<std::uint16_t>(wanted_mode(source, there, rules.compare));
  source.uid = rules.compare.owner ? source.uid : model::keep_id;
  source.gid = rules.compare.group ? source.gid : model::keep_id;
  if (there != nullptr) {
    action.there = *there;
  }
  action.entry = std::move(source);
  return action;
}

} // namespace godwit::plan
