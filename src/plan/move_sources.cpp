#include "plan/move_sources.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace godwit::plan
{

using model::Entry;

namespace
{

auto
time_key(const Entry& entry)
{
  return std::tuple(entry.size, entry.mtime.seconds, entry.path.name());
}

auto
name_key(const Entry& entry)
{
  return std::tuple(entry.size, entry.path.name());
}

} // namespace

void
MoveSources::add(Source source)
{
  const std::size_t bytes = sizeof(Source) + source.entry.path.view().size() + source.entry.target().size();
  if (m_bytes + bytes > max_bytes) {
    return;
  }
  m_bytes += bytes;
  m_folders += source.entry.is_folder() ? 1U : 0U;
  m_sources.push_back(std::move(source));
}

void
MoveSources::drop_file(const model::RelPath& path)
{
  if (const Id id = find(path, false); id != none) {
    m_sources[id].is_gone = true;
  }
}

void
MoveSources::drop_replaced(std::uint64_t ticket)
{
  for (auto at = m_sources.rbegin(); at != m_sources.rend(); ++at) { // it is among the last
    if (at->replaced_by == ticket) {
      at->is_gone = true;
      return;
    }
  }
}

void
MoveSources::index()
{
  for (Id id = 0; id < m_sources.size(); ++id) {
    if (m_sources[id].entry.is_regular() && m_sources[id].entry.size > 0) {
      m_by_time.push_back(id);
    }
  }
  m_by_name = m_by_time;
  std::stable_sort(m_by_time.begin(), m_by_time.end(), [this](Id a, Id b) {
    return time_key(m_sources[a].entry) < time_key(m_sources[b].entry);
  });
  std::stable_sort(m_by_name.begin(), m_by_name.end(), [this](Id a, Id b) {
    return name_key(m_sources[a].entry) < name_key(m_sources[b].entry);
  });
}

std::vector<MoveSources::Id>
MoveSources::candidates(const Entry& wanted) const
{
  std::vector<Id> found;
  const auto take = [&](const std::vector<Id>& order, auto key) {
    const auto below = [&](Id id, const auto& value) { return key(m_sources[id].entry) < value; };
    const auto value = key(wanted);
    for (auto at = std::lower_bound(order.begin(), order.end(), value, below);
         at != order.end() && found.size() < max_candidates && key(m_sources[*at].entry) == value; ++at) {
      if (!m_sources[*at].is_gone && std::find(found.begin(), found.end(), *at) == found.end()) {
        found.push_back(*at);
      }
    }
  };
  take(m_by_time, [](const Entry& entry) { return time_key(entry); });
  if (wanted.size > max_named_bytes) {
    take(m_by_time, [](const Entry& entry) { return std::tuple(entry.size, entry.mtime.seconds); });
    take(m_by_name, [](const Entry& entry) { return name_key(entry); });
    take(m_by_time, [](const Entry& entry) { return entry.size; });
  }
  return found;
}

MoveSources::Id
MoveSources::find(const model::RelPath& path, bool is_folder) const
{
  const auto at = std::lower_bound(m_sources.begin(), m_sources.end(), path,
                                   [&](const Source& source, const model::RelPath& wanted) {
                                     return listing_order(source.entry.path, source.entry.is_folder(), wanted,
                                                          is_folder) < 0;
                                   });
  const bool is_there = at != m_sources.end() && at->entry.path == path && at->entry.is_folder() == is_folder &&
                        at->replaced_by == no_ticket && !at->is_gone;
  return is_there ? static_cast<Id>(at - m_sources.begin()) : none;
}

MoveSources::Id
MoveSources::end_of(Id folder) const
{
  Id end = folder + 1;
  while (end < m_sources.size() && m_sources[end].entry.path.is_below(m_sources[folder].entry.path)) {
    ++end;
  }
  return end;
}

} // namespace godwit::plan
