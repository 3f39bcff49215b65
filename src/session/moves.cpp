#include "moves.hpp"

#include <utility>

#include "godwit/plan/planner.hpp"

namespace godwit::session {

namespace {

using Way = model::Origin::Way;

proto::MoveWay
to_message(Way way)
{
  switch (way) {
  case Way::copy:
    return proto::MoveWay::copy;
  case Way::retained:
    return proto::MoveWay::retained;
  case Way::rename:
  case Way::along:
    break;
  }
  return proto::MoveWay::rename;
}

} // namespace

bool
Moves::holds_back(model::Action& action)
{
  if (!action.after) {
    return false;
  }
  if (const auto folder = m_waiting.find(*action.after); folder != m_waiting.end()) {
    folder->second.push_back(std::move(action));
    return true;
  }
  if (!m_ready.empty()) { // what it may lie in is among them
    m_ready.push_back(std::move(action));
    return true;
  }
  return false;
}

std::optional<model::Action>
Moves::take_ready()
{
  std::optional<model::Action> action;
  if (!m_ready.empty()) {
    action.emplace(std::move(m_ready.front()));
    m_ready.pop_front();
  }
  return action;
}

bool
Moves::send(const model::Action& action)
{
  const model::Origin& origin = *action.origin;
  if (origin.way == Way::along) {
    if (action.changes.any()) {
      m_trees.dest().send({proto::SetMetadata{action.number, action.entry}, {}});
    }
    return action.changes.any();
  }
  if (action.entry.is_folder()) {
    m_waiting.try_emplace(action.number);
  }
  m_trees.dest().send({proto::Move{action.number, action.entry, action.there.has_value(), origin.at,
                                   to_message(origin.way), origin.state, origin.retained, origin.names},
                       {}});
  return true;
}

void
Moves::send_retain(const model::Action& action)
{
  m_trees.dest().send({proto::Retain{action.number, action.origin->at, action.origin->state, action.entry}, {}});
}

void
Moves::ended(const model::Action& move, bool is_done)
{
  if (!is_done) {
    m_failed.insert(move.number);
  }
  const auto found = m_waiting.find(move.number);
  if (found == m_waiting.end()) {
    return;
  }
  for (model::Action& action : found->second) {
    m_ready.push_back(std::move(action));
  }
  m_waiting.erase(found);
}

} // namespace godwit::session
