// What Pipeline does about moves, and about what had to wait for one.

#include <utility>

#include "godwit/plan/planner.hpp"
#include "pipeline.hpp"

namespace godwit::session {

using Kind = model::Action::Kind;

bool
Pipeline::resume()
{
  auto action = m_moves.take_ready();
  if (action) {
    run_moved(*std::move(action));
  }
  return action.has_value();
}

// With the folder around it where the plan has it, or as if that were new.
void
Pipeline::run_moved(model::Action action)
{
  if (!m_moves.is_void(action)) {
    run(std::move(action), false);
    return;
  }
  if (action.kind == Kind::move && action.takes_name() && !action.came_along()) {
    m_on_move_failure(action);
  }
  run(plan::as_if_new(std::move(action)), false);
}

void
Pipeline::move(model::Action action)
{
  const std::uint64_t id = action.number;
  if (action.came_along()) {
    m_lines.due(action);
  }
  if (m_moves.send(action)) {
    m_pending.emplace(id, Pending{std::move(action), false});
  } else {
    m_report.count_done(action);
    remove_source(action);
  }
}

// It comes as any other file then, and what waited for it with it.
void
Pipeline::give_up_move(model::Action action)
{
  if (action.takes_name()) {
    m_on_move_failure(action);
  }
  m_moves.ended(action, false);
  run(plan::as_if_new(std::move(action)), false);
}

} // namespace godwit::session
