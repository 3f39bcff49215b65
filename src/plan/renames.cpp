#include "plan/renames.hpp"

#include <algorithm>
#include <utility>

#include "plan/folder_pairs.hpp"
#include "plan/move_plan.hpp"

namespace godwit::plan
{

using model::Action;
using model::Entry;
using Kind = Action::Kind;

namespace
{

// So many files of a new folder that look like none of the dest's: it is no old one.
constexpr std::size_t max_unmatched = 64;

std::size_t
bytes_of(const Action& action)
{
  return sizeof(Held) + 64 + action.entry.path.view().size() + action.entry.target().size() +
         (action.there ? action.there->path.view().size() : 0);
}

bool
is_new_file(const Action& action)
{
  return action.kind == Kind::transfer && !action.there && action.entry.size > 0;
}

bool
is_new_folder(const Action& action)
{
  return action.kind == Kind::make && action.entry.is_folder() && !action.there && !action.entry.path.is_root();
}

std::size_t
count_of(const std::map<std::uint64_t, std::size_t>& sizes, std::uint64_t size)
{
  const auto found = sizes.find(size);
  return found == sizes.end() || size <= MoveSources::max_named_bytes ? 0 : found->second;
}

} // namespace

Renames::Renames(const Parts& parts) : m_parts(parts), m_is_on(parts.rules.detects_renames) {}

// What comes

std::optional<Ticket>
Renames::hold(Action& action)
{
  if (!m_is_on) {
    return std::nullopt;
  }
  if (m_held_bytes > max_held_bytes) {
    release_all();
  }
  if (m_open && !action.entry.path.is_below(m_open_path)) {
    close_top();
  }
  if (m_open) {
    return hold_in_open(action);
  }
  if (is_new_folder(action)) {
    if (m_dest_is_done && !m_sources.has_folders()) {
      return std::nullopt;
    }
    m_open_path = action.entry.path;
    m_unmatched = 0;
    m_has_matched = false;
    m_open = keep(std::move(action), std::nullopt);
    return m_open;
  }
  return hold_file(action);
}

std::optional<Ticket>
Renames::hold_file(Action& action)
{
  enter_folder(action.entry.path.parent());
  if (is_held_update(action)) {
    m_sources.add({*action.there, Removals::none, m_next_ticket});
    ++m_sizes_there[action.there->size];
    ++m_sizes_wanted[action.entry.size];
    m_updates.push_back(keep(std::move(action), std::nullopt));
    return m_updates.back();
  }
  if (!is_new_file(action) || (m_dest_is_done && m_sources.candidates(action.entry).empty())) {
    return std::nullopt;
  }
  ++m_sizes_wanted[action.entry.size];
  const Ticket ticket = keep(std::move(action), std::nullopt);
  if (m_dest_is_done) {
    judge(ticket);
  }
  return ticket;
}

Ticket
Renames::hold_in_open(Action& action)
{
  if (m_dest_is_done && is_new_file(action)) {
    const bool is_unmatched = m_sources.candidates(action.entry).empty();
    m_unmatched += is_unmatched ? 1U : 0U;
    m_has_matched |= !is_unmatched;
  }
  const Ticket ticket = keep(std::move(action), m_open);
  if (m_unmatched == max_unmatched && !m_has_matched) {
    release_group(*std::exchange(m_open, std::nullopt));
  }
  return ticket;
}

bool
Renames::is_held_update(const Action& action) const
{
  return m_parts.rules.moves_replaced && !m_dest_is_done && action.kind == Kind::transfer && action.there &&
         action.there->is_regular() && !action.replaces &&
         std::max(action.entry.size, action.there->size) > MoveSources::max_named_bytes;
}

Ticket
Renames::keep(Action&& action, std::optional<Ticket> top)
{
  const Ticket ticket = m_next_ticket++;
  m_held_bytes += bytes_of(action);
  action.number = ticket;
  Held& held = m_held.emplace_hint(m_held.end(), ticket, Held{})->second;
  held.action = std::move(action);
  held.top = top.value_or(ticket);
  return ticket;
}

void
Renames::offer(const Entry& dest, Removals::Index removal)
{
  if (!m_is_on || dest.type == model::Type::unknown || dest.has(Entry::through_link)) {
    return;
  }
  enter_folder(dest.path.parent());
  if (dest.is_regular()) {
    ++m_sizes_there[dest.size];
  }
  m_sources.add({dest, removal});
}

void
Renames::withdraw(const model::RelPath& file)
{
  m_sources.drop_file(file);
}

// Files that replace each other's content

void
Renames::enter_folder(const model::RelPath& folder)
{
  if (folder != m_folder) {
    settle_folder();
    m_folder = folder;
    m_sizes_there.clear();
    m_sizes_wanted.clear();
  }
}

void
Renames::pass(const Entry& entry)
{
  if (!m_updates.empty() && (entry.is_folder() || entry.path.parent_view() != m_folder.view())) {
    settle_folder();
  }
}

// The old content of one file of the folder may be the new one of another.
bool
Renames::is_related(const Held& update) const
{
  const std::uint64_t there = update.action.there->size;
  const std::uint64_t wanted = update.action.entry.size;
  const std::size_t itself = there == wanted ? 1 : 0;
  return count_of(m_sizes_wanted, there) > itself || count_of(m_sizes_there, wanted) > itself;
}

void
Renames::settle_folder()
{
  for (const Ticket ticket : std::exchange(m_updates, {})) {
    const auto found = m_held.find(ticket);
    if (found == m_held.end()) {
      continue;
    }
    if (!is_related(found->second)) {
      release(ticket);
    } else if (m_dest_is_done) {
      judge(ticket);
    }
  }
}

// What is known

void
Renames::dest_is_done()
{
  if (!m_is_on || std::exchange(m_dest_is_done, true)) {
    return;
  }
  m_sources.index();
  std::vector<Ticket> tops;
  for (const auto& [ticket, held] : m_held) {
    const bool still_comes =
        ticket == m_open || std::binary_search(m_updates.begin(), m_updates.end(), ticket);
    if (held.top == ticket && !still_comes) {
      tops.push_back(ticket);
    }
  }
  std::for_each(tops.begin(), tops.end(), [this](Ticket top) { judge(top); });
}

void
Renames::all_is_done()
{
  if (!m_is_on) {
    return;
  }
  m_all_is_done = true;
  dest_is_done();
  settle_folder();
  close_top();
  decide_if_known();
}

void
Renames::close_top()
{
  if (const auto top = std::exchange(m_open, std::nullopt); top && m_dest_is_done) {
    judge(*top);
  }
}

bool
Renames::find_candidates(Ticket ticket, Held& held)
{
  if (!held.is_file()) {
    return false;
  }
  held.candidates = m_sources.candidates(held.action.entry);
  // What a file replaces is its basis anyway; elsewhere than in its folder, it is replaced before it is known.
  std::erase_if(held.candidates, [&](MoveSources::Id id) {
    const MoveSources::Source& source = m_sources.at(id);
    const bool is_local = held.action.there || source.replaced_by != MoveSources::no_ticket;
    return source.replaced_by == ticket ||
           (is_local && source.entry.path.parent() != held.action.entry.path.parent());
  });
  std::reverse(held.candidates.begin(), held.candidates.end());
  return !held.candidates.empty();
}

void
Renames::judge(Ticket top)
{
  bool has_candidates = false;
  const auto begin = m_held.find(top);
  if (begin == m_held.end()) {
    return;
  }
  for (auto at = begin; at != m_held.end() && at->second.top == top; ++at) {
    has_candidates |= find_candidates(at->first, at->second);
  }
  const bool is_source = std::any_of(begin, std::next(begin), [](const auto& one) { return !one.second.is_new(); });
  if (!has_candidates && !is_source) { // one that is replaced is held for others
    release_group(top);
    return;
  }
  if (begin->second.action.entry.is_folder()) {
    const auto pairs = pair_folders(m_held, top, m_sources, m_parts.removals, m_pairs);
    prefer_pairs(pairs);
    m_pairs.insert(m_pairs.end(), pairs.begin(), pairs.end());
  }
  ask(top);
}

// In a folder that is taken for another, a file is first compared with the one in its place there.
void
Renames::prefer_pairs(const std::vector<FolderPair>& pairs)
{
  for (const FolderPair& pair : pairs) {
    const model::RelPath& from = m_sources.at(pair.source).entry.path;
    const auto begin = m_held.find(pair.folder);
    const model::RelPath to = begin->second.action.entry.path;
    for (auto at = std::next(begin); at != m_held.end() && at->second.action.entry.path.is_below(to); ++at) {
      Held& held = at->second;
      const MoveSources::Id there =
          held.is_file() ? m_sources.find(rebased(held.action.entry.path, to, from), false) : MoveSources::none;
      if (there != MoveSources::none && m_sources.at(there).entry.is_regular() &&
          m_sources.at(there).entry.size == held.action.entry.size) {
        std::erase(held.candidates, there);
        held.candidates.push_back(there);
      }
    }
  }
}

void
Renames::ask(Ticket top)
{
  for (auto at = m_held.find(top); at != m_held.end() && at->second.top == top; ++at) {
    if (at->second.is_file() && !m_proofs.advance(at->first, at->second)) {
      m_unsettled.insert(at->first);
    }
  }
}

void
Renames::proved(const Proof& proof)
{
  for (const Ticket ticket : m_proofs.take_in(proof)) {
    const auto found = m_held.find(ticket);
    if (m_unsettled.contains(ticket) && (found == m_held.end() || m_proofs.advance(ticket, found->second))) {
      m_unsettled.erase(ticket);
    }
  }
  decide_if_known();
}

// What goes on

void
Renames::release(Ticket ticket)
{
  const auto found = m_held.find(ticket);
  if (found == m_held.end()) {
    return;
  }
  if (!found->second.is_new()) {
    m_sources.drop_replaced(ticket);
  }
  m_held_bytes -= std::min(m_held_bytes, bytes_of(found->second.action));
  m_unsettled.erase(ticket);
  m_parts.actions.push_back(std::move(found->second.action));
  m_held.erase(found);
}

void
Renames::release_group(Ticket top)
{
  for (auto at = m_held.find(top); at != m_held.end() && at->second.top == top;) {
    const Ticket ticket = at->first;
    ++at;
    release(ticket);
  }
}

void
Renames::release_all()
{
  m_open.reset();
  m_updates.clear();
  m_pairs.clear();
  while (!m_held.empty()) {
    release(m_held.begin()->first);
  }
}

void
Renames::decide_if_known()
{
  if (!m_all_is_done || !m_unsettled.empty() || m_held.empty()) {
    return;
  }
  MovePlan plan({m_parts.rules, m_sources, m_proofs, m_parts.removals, m_parts.limit, m_parts.is_blocked}, m_held);
  plan.take_folders(m_pairs);
  plan.take_files();
  plan.let_go(m_next_ticket, m_parts.actions);
  m_held.clear();
  m_held_bytes = 0;
}

void
Renames::failed(const Action& move)
{
  put_back(m_sources, m_parts.removals, m_parts.limit, *move.origin);
}

} // namespace godwit::plan
