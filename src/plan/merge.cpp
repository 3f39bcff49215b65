#include "plan/merge.hpp"

#include <algorithm>
#include <utility>

#include "plan/choose.hpp"

namespace godwit::plan
{

using model::Action;
using model::Entry;
using model::RelPath;
using model::Type;

Merge::Merge(PlanRules rules) : m_rules(std::move(rules)), m_limit(m_rules.max_delete) {}

void
Merge::block()
{
  m_is_blocked = m_is_blocked || !m_rules.ignore_errors;
}

void
Merge::note_errors(const Entry& source)
{
  if (source.type == Type::unknown || source.has(Entry::is_incomplete)) {
    block();
  }
}

// With --ignore-errors a name that could not be read counts as one that is not there, as in rsync.
bool
Merge::is_given_up(const Entry& source) const
{
  return source.type == Type::unknown && m_rules.ignore_errors;
}

std::uint64_t
Merge::emit(Action action)
{
  const bool is_silent = action.kind == Action::Kind::up_to_date && !m_rules.reports_up_to_date;
  if (m_rules.only_removals || is_silent) {
    return Level::no_action;
  }
  const bool is_left_out = action.kind == Action::Kind::skip;
  if (const auto ticket = m_renames.hold(action)) {
    return is_left_out ? Level::no_action : *ticket;
  }
  action.number = take_number();
  m_actions.push_back(std::move(action));
  return is_left_out ? Level::no_action : m_actions.back().number;
}

// Levels

const model::ScopeItem*
Merge::scope_item(std::string_view path) const
{
  const auto at =
      std::lower_bound(m_rules.scope.begin(), m_rules.scope.end(), path,
                       [](const model::ScopeItem& item, std::string_view p) { return item.path.view() < p; });
  return at != m_rules.scope.end() && at->path.view() == path ? &*at : nullptr;
}

Merge::Items
Merge::items_below(std::string_view folder) const
{
  if (folder.empty()) {
    return m_rules.scope.empty() ? Items() : Items(m_rules.scope).subspan(1);
  }
  const std::string below = std::string(folder) + '/';
  const auto is_before = [](const model::ScopeItem& item, std::string_view path) { return item.path.view() < path; };
  const auto first = std::lower_bound(m_rules.scope.begin(), m_rules.scope.end(), below, is_before);
  const auto last = std::find_if(first, m_rules.scope.end(), [&](const model::ScopeItem& item) {
    return !item.path.view().starts_with(below);
  });
  return {first, last};
}

bool
Merge::enters(std::string_view folder) const
{
  if (m_rules.depth == model::Depth::all) {
    return true;
  }
  const model::ScopeItem* const item = scope_item(folder);
  return (item != nullptr && item->contents) || !items_below(folder).empty();
}

// Without -r or -d, a folder that the user named; not one that only -R implies.
bool
Merge::skips_folders_like(const Entry& folder) const
{
  const model::ScopeItem* const item = scope_item(folder.path.view());
  return m_rules.depth == model::Depth::items && (item == nullptr || item->contents);
}

// One that -R implies as well, for the sake of what is not skipped below it.
bool
Merge::is_also_implied(const Entry& folder) const
{
  return !folder.path.is_root() && !std::ranges::all_of(items_below(folder.path.view()), &model::ScopeItem::contents);
}

// Of a folder that was not fed: both sides have it, and it is equal.
Level::State
Merge::implied_state(std::string_view folder)
{
  Level& parent = m_levels.top();
  if (parent.state == State::shared) {
    return enters(folder) ? State::shared : State::ignored;
  }
  if (parent.state == State::going) {
    parent.removals->keep(parent.record);
    return State::ignored;
  }
  return parent.state;
}

void
Merge::enter_parent(const RelPath& path)
{
  while (!m_levels.is_at_root() && !m_levels.hold(path)) {
    leave();
  }
  const std::string_view bytes = path.view();
  const std::size_t last_slash = bytes.rfind('/');
  while (last_slash != std::string_view::npos && m_levels.top().path_bytes < last_slash) {
    const std::string_view folder = bytes.substr(0, bytes.find('/', m_levels.top().path_bytes + 1));
    m_levels.push(folder, implied_state(folder));
  }
}

void
Merge::leave()
{
  tell_held_back();
  const std::unique_ptr<Way> way = std::move(m_levels.top().way);
  m_levels.pop();
  if (way) {
    close_way(*way);
  }
}

void
Merge::finish()
{
  while (!m_levels.is_at_root()) {
    leave();
  }
  tell_held_back();
  m_renames.all_is_done();
}

// Names that the source has

void
Merge::both(Entry source, Entry dest)
{
  if (is_given_up(source)) {
    only_dest(std::move(dest), nullptr);
    return;
  }
  m_renames.pass(source);
  enter_parent(source.path);
  note_errors(source);
  if (m_levels.top().state == State::ignored || source.type == Type::unknown) {
    return;
  }
  if (source.is_folder()) {
    both_folders(std::move(source), dest);
  } else {
    emit(choose(std::move(source), dest.type == Type::unknown ? nullptr : &dest, m_rules));
  }
}

void
Merge::both_folders(Entry source, const Entry& dest)
{
  if (dest.has(Entry::through_link)) {
    forget_dest_name(dest.path.name());
  }
  if (skips_folders_like(source)) {
    tell_skipped(source, Action::Reason::folder);
    if (!is_also_implied(source)) {
      m_levels.push(source.path.view(), State::shared);
      return;
    }
  }
  if (dest.has(Entry::leads_outside)) {
    tell_skipped(source, Action::Reason::leads_outside);
    m_levels.push(source.path.view(), State::ignored);
    return;
  }
  const bool is_entered = !source.has(Entry::is_mount) && enters(source.path.view());
  emit(choose(std::move(source), &dest, m_rules));
  m_levels.push(dest.path.view(), is_entered ? State::shared : State::ignored);
}

// With Reason::folder what lies below it in the listing was named on its own.
void
Merge::tell_skipped(const Entry& folder, Action::Reason reason)
{
  Action action;
  action.kind = Action::Kind::skip;
  action.reason = reason;
  action.entry = folder;
  emit(std::move(action));
}

void
Merge::only_source(Entry source, const Entry* next_dest)
{
  m_renames.pass(source);
  enter_parent(source.path);
  note_errors(source);
  Level& level = m_levels.top();
  if (level.state == State::ignored || level.is_only_at_dest() || is_given_up(source)) {
    return;
  }
  if (source.is_folder()) {
    only_source_folder(std::move(source));
  } else if (next_dest != nullptr && m_levels.hold(next_dest->path)) {
    only_source_name_yet(std::move(source));
  } else {
    only_source_name(std::move(source));
  }
}

void
Merge::only_source_folder(Entry source)
{
  const auto there = forget_dest_name(source.path.name());
  if (skips_folders_like(source)) {
    tell_skipped(source, Action::Reason::folder);
    if (!is_also_implied(source)) {
      m_levels.push(source.path.view(), State::created);
      return;
    }
  }
  std::optional<Entry> in_way;
  if (there) {
    in_way.emplace();
    in_way->path = source.path;
    in_way->type = there->type;
  }
  const std::string path = source.path.str();
  Action action = choose(std::move(source), in_way ? &*in_way : nullptr, m_rules);
  m_levels.push(path, action.kind == Action::Kind::skip ? State::ignored : State::created);
  emit(std::move(action));
}

void
Merge::tell_held_back()
{
  for (Entry& entry : std::exchange(m_levels.top().left_out, {})) {
    if (!m_rules.existing) {
      emit(choose(std::move(entry), nullptr, m_rules));
    }
  }
}

void
Merge::only_source_name(Entry source)
{
  if (source.type != Type::unknown) {
    emit(choose(std::move(source), nullptr, m_rules));
  }
}

// The dest may still come to a folder of that name. Under --ignore-existing that is reason enough to leave the name
// out, and nothing is told.
void
Merge::only_source_name_yet(Entry source)
{
  const std::string name(source.path.name());
  std::uint64_t number = Level::no_action;
  if (source.type != Type::unknown) {
    Action action = choose(source, nullptr, m_rules);
    if (m_rules.ignore_existing || m_rules.existing) {
      m_levels.top().left_out.push_back(std::move(source));
    }
    number = m_rules.ignore_existing ? Level::no_action : emit(std::move(action));
  }
  m_levels.top().source_names.add(name, number);
}

} // namespace godwit::plan
