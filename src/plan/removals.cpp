#include "godwit/plan/removals.hpp"

#include <algorithm>
#include <utility>

#include "godwit/base/assert.hpp"

namespace godwit::plan
{

using model::Action;
using model::RelPath;

bool
DeleteLimit::take()
{
  if (!m_left) {
    return true;
  }
  if (*m_left == 0) {
    count_skipped();
    return false;
  }
  --*m_left;
  return true;
}

std::size_t
Removals::open_group(RelPath folder)
{
  m_groups.push_back({std::move(folder), {}});
  return m_groups.size() - 1;
}

Removals::Index
Removals::add(std::size_t group, std::string_view name, model::Type type)
{
  ASSERT(!m_is_sorted && name.size() <= RelPath::max_component_bytes);
  const Index index = m_records.size();
  m_records.push_back({none, m_names.size(), static_cast<std::uint32_t>(group),
                       static_cast<std::uint8_t>(name.size()), type, State::goes});
  m_names += name;
  m_groups[group].records.push_back(index);
  ++m_left;
  return index;
}

Removals::Index
Removals::add_in(Index folder, std::string_view name, model::Type type)
{
  const Index index = add(m_records[folder].group, name, type);
  m_records[index].parent = folder;
  return index;
}

void
Removals::exempt(Index folder)
{
  m_records[folder].state = State::exempt;
}

void
Removals::withdraw(Index index)
{
  m_left -= m_records[index].state == State::withdrawn ? 0U : 1U;
  m_records[index].state = State::withdrawn;
}

void
Removals::restore(Index index)
{
  m_left += m_records[index].state == State::withdrawn ? 1U : 0U;
  m_records[index].state = State::goes;
}

bool
Removals::is_emptied(Index folder) const
{
  return m_records[folder].state == State::goes;
}

void
Removals::relocate(Index folder, const RelPath& to)
{
  if (to.is_root()) {
    m_relocated.erase(folder);
  } else {
    m_relocated.insert_or_assign(folder, to);
  }
}

void
Removals::keep(Index folder)
{
  // One that is withdrawn has been renamed, and is no part any more of what is around it.
  while (folder != none && m_records[folder].state != State::holds_something &&
         m_records[folder].state != State::withdrawn) {
    m_records[folder].state = State::holds_something;
    folder = m_records[folder].parent;
  }
}

void
Removals::keep_unread(Index folder)
{
  keep(folder);
  m_unread.insert(folder);
}

RelPath
Removals::path_of(const Record& record) const
{
  std::vector<std::string_view> names;
  RelPath path = m_groups[record.group].folder;
  for (const Record* at = &record;; at = &m_records[at->parent]) {
    const auto moved = m_relocated.find(static_cast<Index>(at - m_records.data()));
    if (moved != m_relocated.end()) {
      path = moved->second;
      break;
    }
    names.push_back(std::string_view(m_names).substr(at->name_at, at->name_bytes));
    if (at->parent == none) {
      break;
    }
  }
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    path = path.child(*name);
  }
  return path;
}

// A folder that holds something uses no limit, as nothing goes; past the limit it counts as one that the
// limit kept, unless it is the first of its branch (as rsync counts).
Action
Removals::settle(Record& record, DeleteLimit& limit)
{
  Action action;
  action.kind = Action::Kind::remove;
  action.entry.path = path_of(record);
  action.entry.type = record.type;
  action.there = action.entry;
  if (record.state == State::exempt) {
    return action;
  }
  if (record.state == State::holds_something) {
    if (record.parent != none && limit.is_used_up()) {
      limit.count_skipped();
    }
    action.kind = Action::Kind::skip;
    action.reason = m_unread.contains(static_cast<Index>(&record - m_records.data())) ? Action::Reason::unread
                                                                                     : Action::Reason::not_empty;
  } else if (!limit.take()) {
    action.kind = Action::Kind::skip;
    action.reason = Action::Reason::delete_limit;
    keep(record.parent);
  }
  return action;
}

void
Removals::sort_groups()
{
  std::sort(m_groups.begin(), m_groups.end(),
            [](const Group& a, const Group& b) { return listing_order(a.folder, true, b.folder, true) < 0; });
  for (std::size_t i = 0; i < m_groups.size(); ++i) {
    for (const Index index : m_groups[i].records) {
      m_records[index].group = static_cast<std::uint32_t>(i);
    }
  }
  m_is_sorted = true;
}

std::optional<Action>
Removals::next(DeleteLimit& limit)
{
  if (!m_is_sorted) {
    sort_groups();
  }
  while (m_next_group < m_groups.size()) {
    std::vector<Index>& records = m_groups[m_next_group].records;
    if (records.empty()) {
      ++m_next_group;
      continue;
    }
    Record& record = m_records[records.back()];
    records.pop_back();
    if (record.state != State::withdrawn) {
      --m_left;
      return settle(record, limit);
    }
  }
  return std::nullopt;
}

} // namespace godwit::plan
