// Names that only the dest has.

#include <algorithm>
#include <utility>

#include "plan/choose.hpp"
#include "plan/merge.hpp"

namespace godwit::plan
{

using model::Action;
using model::Entry;
using model::Type;

namespace
{

bool
is_guarded(const Entry& dest, Level::State folder)
{
  if (dest.type == Type::unknown || dest.has(Entry::is_mount)) {
    return true;
  }
  return dest.has(Entry::is_protected) && !(folder == Level::State::going && dest.has(Entry::is_perishable));
}

} // namespace

void
Merge::only_dest(Entry dest, const Entry* next_source)
{
  m_renames.pass(dest);
  enter_parent(dest.path);
  const State state = m_levels.top().state;
  if (dest.path.is_root()) {
    // The source's root could not be read; other operands lie below it all the same.
    m_levels.push("", items_below("").empty() ? State::ignored : State::created);
  } else if (state == State::shared || state == State::going) {
    if (dest.is_folder()) {
      only_dest_folder(std::move(dest));
    } else {
      only_dest_name(dest, next_source != nullptr && m_levels.hold(next_source->path));
    }
  } else if (state == State::stays) {
    only_dest_below(dest);
  }
}

// In a folder that stays whatever it holds.
void
Merge::only_dest_below(const Entry& dest)
{
  if (dest.is_folder()) {
    m_levels.push(dest.path.view(), State::stays);
  } else {
    m_renames.offer(dest, Removals::none);
  }
}

void
Merge::only_dest_name(const Entry& dest, bool folder_may_come)
{
  const Removals::Index removal = add_removal(dest);
  offer(dest, removal);
  Level& level = m_levels.top();
  if (level.state == State::shared && folder_may_come && dest.type != Type::unknown) {
    level.dest_names.add(dest.path.name(), DestName{dest.type, removal}.pack());
  }
}

// The source has a folder of that name after all.
std::optional<DestName>
Merge::forget_dest_name(std::string_view name)
{
  const auto packed = m_levels.top().dest_names.find(name);
  if (!packed) {
    return std::nullopt;
  }
  const DestName found = DestName::unpack(*packed);
  m_renames.withdraw(m_levels.path().child(name));
  if (found.removal != Removals::none) {
    m_removals.withdraw(found.removal);
  }
  return found;
}

// What makes way for another name is no source of moves.
void
Merge::offer(const Entry& dest, Removals::Index removal)
{
  const Level& level = m_levels.top();
  if (level.state == State::shared || level.removals == &m_removals) {
    m_renames.offer(dest, removal);
  }
}

// `none`: the name stays, and so does a folder around it that was to go.
Removals::Index
Merge::add_removal(const Entry& dest)
{
  Level& level = m_levels.top();
  const bool is_going = level.state == State::going;
  if (is_guarded(dest, level.state) || !(is_going ? level.may_be_emptied : m_rules.collects_removals)) {
    if (is_going) {
      level.removals->keep(level.record);
    }
    return Removals::none;
  }
  if (is_going) {
    return level.removals->add_in(level.record, dest.path.name(), dest.type);
  }
  if (!level.group) {
    level.group = m_removals.open_group(m_levels.path());
  }
  return m_removals.add(*level.group, dest.path.name(), dest.type);
}

void
Merge::only_dest_folder(Entry dest)
{
  const std::string path = dest.path.str();
  Level& parent = m_levels.top();
  const auto waiting = parent.source_names.find(dest.path.name());
  if (waiting) {
    const std::uint64_t number = waiting_number(dest, *waiting);
    if (number != Level::no_action) {
      m_renames.release(number);
      open_way(std::move(dest), number);
      return;
    }
  }
  // -K: the link itself has been met among the non-folders.
  const bool stays = waiting || dest.has(Entry::through_link);
  Removals& removals = parent.state == State::going ? *parent.removals : m_removals;
  const Removals::Index record = stays ? Removals::none : add_removal(dest);
  if (record == Removals::none) {
    m_levels.push(path, stays || m_rules.collects_removals ? State::ignored : State::stays);
    return;
  }
  offer(dest, record);
  if (dest.has(Entry::is_incomplete)) {
    removals.keep_unread(record);
  }
  Level& level = m_levels.push(path, State::going);
  level.removals = &removals;
  level.record = record;
}

// The action of the source's non-folder, in whose way `folder` stands, if it is still to be done.
std::uint64_t
Merge::waiting_number(const Entry& folder, std::uint64_t number)
{
  auto& left_out = m_levels.top().left_out;
  const auto found = std::find_if(left_out.begin(), left_out.end(),
                                  [&](const Entry& entry) { return entry.path == folder.path; });
  if (found != left_out.end()) {
    const Entry source = std::move(*found);
    left_out.erase(found);
    return emit(choose(source, &folder, m_rules));
  }
  return folder.has(Entry::through_link) ? Level::no_action : number;
}

void
Merge::open_way(Entry folder, std::uint64_t number)
{
  auto way = std::make_unique<Way>(Way{std::move(folder), number, {}});
  const std::size_t group = way->removals.open_group(m_levels.path());
  const Removals::Index record = way->removals.add(group, way->folder.path.name(), Type::folder);
  way->removals.exempt(record);
  if (way->folder.has(Entry::is_incomplete)) {
    way->removals.keep(record);
  }
  Level& level = m_levels.push(way->folder.path.view(), State::going);
  level.removals = &way->removals;
  level.record = record;
  level.may_be_emptied = m_rules.may_clear_way && !m_is_blocked;
  level.way = std::move(way);
}

void
Merge::close_way(Way& way)
{
  Action last;
  last.kind = Action::Kind::skip;
  last.reason = Action::Reason::in_way;
  const bool is_blocked_since = m_is_blocked && way.removals.left() > 1;
  while (auto action = is_blocked_since ? std::nullopt : way.removals.next(m_limit)) {
    if (action->entry.path == way.folder.path) {
      last.kind = action->kind == Action::Kind::remove ? Action::Kind::clear_way : last.kind;
      last.reason = last.kind == Action::Kind::clear_way ? Action::Reason::none : last.reason;
    } else {
      action->for_number = way.for_number;
      emit(*std::move(action));
    }
  }
  last.entry = way.folder;
  last.there = std::move(way.folder);
  last.for_number = way.for_number;
  emit(std::move(last));
}

} // namespace godwit::plan
