// What Pipeline does about a folder that stands in the way of an action.

#include <algorithm>
#include <utility>

#include "godwit/base/escape.hpp"
#include "pipeline.hpp"

namespace godwit::session {

using Kind = model::Action::Kind;

// The folder itself is removed unseen; then whoever it was in the way of is run.
void
Pipeline::clear_way(model::Action action)
{
  m_lines.none(action.number);
  send_remove(action);
  const std::uint64_t id = action.number;
  m_pending.emplace(id, Pending{std::move(action), false});
}

void
Pipeline::cleared(std::uint64_t number)
{
  const auto found = m_blocked.find(number);
  if (found == m_blocked.end()) {
    m_cleared.insert(number);
    return;
  }
  Blocked blocked = std::move(found->second);
  m_blocked.erase(found);
  run(std::move(blocked.action), blocked.is_shown);
}

// The action stays undone; the skip has been, or will be, reported.
void
Pipeline::refuse_way(std::uint64_t number)
{
  const auto found = m_blocked.find(number);
  if (found == m_blocked.end()) {
    m_refused.insert(number);
    return;
  }
  if (!found->second.is_shown) {
    m_lines.none(number);
  }
  m_blocked.erase(found);
}

void
Pipeline::blocked(Blocked blocked)
{
  const std::uint64_t number = blocked.action.number;
  if (m_cleared.erase(number) != 0) {
    run(std::move(blocked.action), blocked.is_shown);
    return;
  }
  if (m_has_ended_waiting) {
    give_up(blocked);
    return;
  }
  m_blocked.emplace(number, std::move(blocked));
  if (m_refused.erase(number) != 0) {
    refuse_way(number);
  }
}

void
Pipeline::end_waiting()
{
  m_has_ended_waiting = true;
  for (const auto& [number, left] : m_blocked) {
    if (m_rules.keeps_existing) {
      give_up(left);
      continue;
    }
    model::Action folder;
    folder.kind = Kind::clear_way;
    folder.number = number; // free until the one that waits runs again
    folder.for_number = number;
    folder.entry.path = left.action.entry.path;
    folder.entry.type = model::Type::folder;
    send_remove(folder);
    m_pending.emplace(number, Pending{std::move(folder), false});
  }
  if (m_rules.keeps_existing) {
    m_blocked.clear();
  }
  std::sort(m_removed_late.begin(), m_removed_late.end(),
            [](const model::Action& a, const model::Action& b) {
              const bool waited_a = a.kind != Kind::up_to_date; // what was to be copied goes after what was not
              const bool waited_b = b.kind != Kind::up_to_date;
              return std::pair(waited_a, a.number) < std::pair(waited_b, b.number);
            });
  for (const model::Action& action : std::exchange(m_removed_late, {})) {
    send_source_removal(action);
  }
}

void
Pipeline::give_up(const Blocked& blocked)
{
  if (!blocked.is_shown) {
    m_lines.none(blocked.action.number);
  }
  if (!m_rules.keeps_existing) {
    m_report.fail(make_error(ErrorKind::changed, "could not make way for '" + escape(blocked.action.entry.path.view()) +
                                                     "': a folder stands there"));
  }
}

} // namespace godwit::session
