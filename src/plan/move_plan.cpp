#include "plan/move_plan.hpp"

#include <algorithm>
#include <utility>

#include "plan/folder_pairs.hpp"

namespace godwit::plan
{

using model::Action;
using model::Entry;
using model::Origin;
using model::RelPath;
using Kind = Action::Kind;
using Way = Origin::Way;

// Folders

void
MovePlan::take_folders(const std::vector<FolderPair>& pairs)
{
  for (const FolderPair& pair : pairs) {
    std::vector<Place> places;
    if (m_held.contains(pair.folder) && !m_parts.is_blocked && find_places(pair, places) &&
        is_worth_it(pair, places) && m_parts.limit.take_if_left(places.size())) {
      take_folder(pair, places);
    }
  }
}

// The folder itself first. False: a folder stands there for a file, or the other way round.
bool
MovePlan::find_places(const FolderPair& pair, std::vector<Place>& places) const
{
  const MoveSources::Source& source = m_parts.sources.at(pair.source);
  if (source.removal == Removals::none || !m_parts.removals.is_emptied(source.removal)) {
    return false;
  }
  const auto begin = m_held.find(pair.folder);
  const RelPath& to = begin->second.action.entry.path;
  places.push_back({pair.folder, pair.source});
  for (auto at = std::next(begin); at != m_held.end() && at->second.action.entry.path.is_below(to); ++at) {
    const Action& action = at->second.action;
    if (action.kind != Kind::make && action.kind != Kind::transfer) {
      continue;
    }
    const RelPath path = rebased(action.entry.path, to, source.entry.path);
    if (m_parts.sources.find(path, !action.entry.is_folder()) != MoveSources::none) {
      return false;
    }
    const MoveSources::Id there = m_parts.sources.find(path, action.entry.is_folder());
    if (there != MoveSources::none) {
      places.push_back({at->first, there});
    }
  }
  return true;
}

// Half of the files that it could share are proved to be the same.
bool
MovePlan::is_worth_it(const FolderPair& pair, const std::vector<Place>& places) const
{
  const RelPath& to = m_held.at(pair.folder).action.entry.path;
  std::size_t same = 0;
  std::size_t wanted = 0;
  std::size_t offered = 0;
  for (const Place& place : places) {
    same += m_held.at(place.ticket).match == place.there ? 1U : 0U;
  }
  for (auto at = m_held.find(pair.folder); at != m_held.end(); ++at) {
    if (at->first != pair.folder && !at->second.action.entry.path.is_below(to)) {
      break;
    }
    wanted += at->second.is_file() ? 1U : 0U;
  }
  const MoveSources::Id end = m_parts.sources.end_of(pair.source);
  for (MoveSources::Id id = pair.source; id < end; ++id) {
    offered += m_parts.sources.at(id).entry.is_regular() && m_parts.sources.at(id).entry.size > 0 ? 1U : 0U;
  }
  // What stays in it for want of --max-delete would be renamed all the same.
  const bool takes_all = places.size() == end - pair.source;
  return same > 0 && 2 * same >= std::min(wanted, offered) && (takes_all || !m_parts.limit.left());
}

void
MovePlan::take_folder(const FolderPair& pair, const std::vector<Place>& places)
{
  for (const Place& place : places) {
    take_place(pair, place);
  }
  const auto begin = m_held.find(pair.folder);
  Action& folder = begin->second.action;
  const RelPath from = m_parts.sources.at(pair.source).entry.path;
  folder.kind = Kind::move;
  folder.after.reset();
  folder.origin = Origin{Way::rename, from, from, 0, 0, pair.source,
                         m_parts.sources.end_of(pair.source) - pair.source - 1U};
  m_parts.removals.relocate(m_parts.sources.at(pair.source).removal, folder.entry.path);
  for (auto at = std::next(begin); at != m_held.end() && at->second.action.entry.path.is_below(folder.entry.path);
       ++at) {
    at->second.action.after = pair.folder;
  }
  m_folders.push_back(pair);
}

void
MovePlan::take_place(const FolderPair& pair, const Place& place)
{
  Held& held = m_held.at(place.ticket);
  Action& action = held.action;
  MoveSources::Source& source = m_parts.sources.at(place.there);
  m_parts.removals.withdraw(source.removal);
  source.is_used = true;
  action.origin = Origin{Way::along, source.entry.path, action.entry.path, 0, 0, place.there, 0};
  if (place.ticket == pair.folder) {
    return;
  }
  if (is_same(held, place.there)) {
    action.kind = Kind::move;
    action.origin->state = held.match == place.there ? m_parts.proofs.state_of(place.there) : 0;
    action.changes = changes(action.entry, source.entry);
    return;
  }
  held.match = MoveSources::none; // its old version is nearer
  source.is_gone = true;          // as it is to be replaced where it is then
  action.there = source.entry;
  action.there->path = action.entry.path;
  action.replaces = source.entry.type != action.entry.type;
}

bool
MovePlan::is_same(const Held& held, MoveSources::Id there) const
{
  const Entry& wanted = held.action.entry;
  const Entry& other = m_parts.sources.at(there).entry;
  if (wanted.type != other.type) {
    return false;
  }
  if (wanted.is_regular()) {
    return wanted.size == 0 ? other.size == 0 : held.match == there;
  }
  return wanted.is_folder() || (wanted.target() == other.target() && wanted.device() == other.device());
}

// What is still to be set of something that came along.
model::Changes
MovePlan::changes(const Entry& wanted, const Entry& there) const
{
  model::Changes changes;
  const bool has_group_bit = wanted.has(Entry::inherits_group_bit);
  changes.mode = wanted.type != model::Type::symlink && (wanted.mode != there.mode || has_group_bit);
  changes.owner = wanted.uid != model::keep_id && wanted.uid != there.uid;
  changes.group = wanted.gid != model::keep_id && wanted.gid != there.gid;
  changes.time = keeps_time(wanted.type, m_parts.rules.compare) && wanted.mtime != there.mtime;
  return changes;
}

const FolderPair*
MovePlan::pair_around(const RelPath& source) const
{
  const auto found = std::find_if(m_folders.begin(), m_folders.end(), [&](const FolderPair& pair) {
    return source.is_below(m_parts.sources.at(pair.source).entry.path);
  });
  return found == m_folders.end() ? nullptr : &*found;
}

// Files

void
MovePlan::take_files()
{
  std::map<MoveSources::Id, Ticket> last; // who takes the name with it
  for (const auto& [ticket, held] : m_held) {
    if (held.match != MoveSources::none && !held.action.origin) {
      last[held.match] = ticket;
    }
  }
  for (auto& [ticket, held] : m_held) {
    if (held.match != MoveSources::none && !held.action.origin && !m_parts.sources.at(held.match).is_gone) {
      take_file(held, last[held.match] == ticket);
    }
  }
}

void
MovePlan::take_file(Held& held, bool is_last)
{
  Action& action = held.action;
  MoveSources::Source& source = m_parts.sources.at(held.match);
  const FolderPair* const around = pair_around(source.entry.path);
  const bool is_replaced = source.replaced_by != MoveSources::no_ticket;
  const bool waits_for_other = around != nullptr && action.after && *action.after != around->folder;
  if (waits_for_other || (is_replaced && (!is_last || !m_held.contains(source.replaced_by)))) {
    return;
  }
  Origin origin{Way::copy, source.entry.path, source.entry.path, m_parts.proofs.state_of(held.match), 0, held.match, 0};
  if (around != nullptr) {
    origin.at = rebased(source.entry.path, m_parts.sources.at(around->source).entry.path,
                        m_held.at(around->folder).action.entry.path);
    action.after = around->folder;
    m_late.insert(action.number);
  }
  action.kind = Kind::move;
  if (is_replaced) {
    origin.way = Way::retained;
    Action retain;
    retain.kind = Kind::retain;
    retain.for_number = action.number;
    retain.entry = action.entry;
    retain.origin = origin;
    m_retained.push_back(std::move(retain));
  } else if (is_last && take_name(source)) {
    origin.way = Way::rename;
  }
  action.origin = std::move(origin);
}

bool
MovePlan::take_name(MoveSources::Source& source)
{
  if (source.removal == Removals::none || source.is_used || m_parts.is_blocked || !m_parts.limit.take_if_left(1)) {
    return false;
  }
  source.is_used = true;
  m_parts.removals.withdraw(source.removal);
  return true;
}

// The order

void
MovePlan::let_go(Ticket next_ticket, std::deque<Action>& to)
{
  for (Action& retain : m_retained) {
    retain.number = next_ticket++;
    m_held.at(*retain.for_number).action.origin->retained = retain.number;
    to.push_back(std::move(retain));
  }
  for (auto& [ticket, held] : m_held) {
    if (!m_late.contains(ticket)) {
      to.push_back(std::move(held.action));
    }
  }
  for (const Ticket ticket : m_late) {
    to.push_back(std::move(m_held.at(ticket).action));
  }
}

Action
as_if_new(Action move)
{
  const bool came_along = move.came_along();
  move.after.reset();
  if (came_along) {
    move.there.reset();
    move.replaces = false;
    move.changes = {};
  }
  if (came_along && move.kind == Kind::move && move.entry.is_regular() && move.entry.size > 0) {
    move.origin->way = Way::copy; // its old name still stands, and goes with what is removed
    move.origin->at = move.origin->path;
    return move;
  }
  if (move.kind == Kind::move) {
    move.kind = move.entry.is_regular() ? Kind::transfer : Kind::make;
  }
  move.origin.reset();
  return move;
}

void
put_back(MoveSources& sources, Removals& removals, DeleteLimit& limit, const Origin& origin)
{
  const auto id = static_cast<MoveSources::Id>(origin.source);
  const bool is_folder = sources.at(id).entry.is_folder();
  const MoveSources::Id end = is_folder ? sources.end_of(id) : id + 1;
  if (is_folder) {
    removals.relocate(sources.at(id).removal, RelPath());
  }
  for (MoveSources::Id at = id; at < end; ++at) {
    MoveSources::Source& source = sources.at(at);
    if (std::exchange(source.is_used, false)) {
      removals.restore(source.removal);
      limit.give_back(1);
    }
  }
}

} // namespace godwit::plan
