#include "godwit/plan/planner.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "godwit/base/assert.hpp"
#include "godwit/base/escape.hpp"
#include "plan/merge.hpp"

namespace godwit::plan
{

using model::Action;
using model::Entry;
using model::Side;

namespace
{

// What has arrived of one side's listing.
struct Input {
  std::optional<Entry> head;
  bool has_ended = false;
  bool has_last = false;
  bool last_is_folder = false;
  model::RelPath last;

  bool
  is_ready() const
  {
    return head || has_ended;
  }
  Entry
  take()
  {
    Entry entry = *std::move(head);
    head.reset();
    return entry;
  }
};

} // namespace

class Planner::State
{
public:
  explicit State(PlanRules rules) : m_merge(std::move(rules)) {}

  Input&
  input(Side side)
  {
    return m_inputs[side == Side::source ? 0 : 1];
  }
  Merge&
  merge()
  {
    return m_merge;
  }
  bool
  is_finished() const
  {
    return m_is_finished;
  }
  void run();

private:
  void step();

  std::array<Input, 2> m_inputs; // source, dest
  Merge m_merge;
  bool m_is_finished = false;
};

void
Planner::State::run()
{
  while (m_merge.actions().empty() && !m_is_finished && m_inputs[0].is_ready() && m_inputs[1].is_ready()) {
    if (m_inputs[0].head || m_inputs[1].head) {
      step();
    } else {
      m_merge.finish();
      m_is_finished = true;
    }
  }
}

void
Planner::State::step()
{
  auto& [source, dest] = m_inputs;
  const auto order = !dest.head     ? std::strong_ordering::less
                     : !source.head ? std::strong_ordering::greater
                                    : listing_order(*source.head, *dest.head);
  if (order < 0) {
    m_merge.only_source(source.take(), dest.head ? &*dest.head : nullptr);
  } else if (order > 0) {
    m_merge.only_dest(dest.take(), source.head ? &*source.head : nullptr);
  } else {
    m_merge.both(source.take(), dest.take());
  }
}

PlanRules
PlanRules::from(const model::Options& options, model::Scope scope, std::uint32_t umask)
{
  PlanRules rules;
  rules.compare = CompareRules::from(options, umask);
  rules.scope = std::move(scope);
  rules.depth = options.depth();
  rules.links = options.links || options.copy_links;
  rules.devices = options.devices;
  rules.specials = options.specials;
  rules.update = options.update;
  rules.existing = options.existing;
  rules.ignore_existing = options.ignore_existing;
  rules.min_size = options.min_size;
  rules.max_size = options.max_size;
  rules.collects_removals = options.deletes();
  rules.may_clear_way = options.deletes() || options.force;
  rules.ignore_errors = options.ignore_errors;
  rules.max_delete = options.max_delete;
  return rules;
}

Planner::Planner(PlanRules rules) : m_state(std::make_unique<State>(std::move(rules))) {}
Planner::~Planner() = default;
Planner::Planner(Planner&&) noexcept = default;
Planner& Planner::operator=(Planner&&) noexcept = default;

bool
Planner::wants(Side side) const
{
  return m_state->merge().actions().empty() && !m_state->input(side).is_ready();
}

Result<>
Planner::feed(Side side, Entry entry)
{
  Input& input = m_state->input(side);
  ASSERT(!input.is_ready());
  if (input.has_last && listing_order(input.last, input.last_is_folder, entry.path, entry.is_folder()) >= 0) {
    return make_error(ErrorKind::protocol, fmt::format("cannot accept listing: '{}' comes after '{}'",
                                                       escape(entry.path.str()), escape(input.last.str())));
  }
  input.has_last = true;
  input.last_is_folder = entry.is_folder();
  input.last = entry.path;
  input.head = std::move(entry);
  m_state->run();
  return {};
}

void
Planner::end(Side side)
{
  m_state->input(side).has_ended = true;
  m_state->run();
}

std::optional<Action>
Planner::take()
{
  auto& actions = m_state->merge().actions();
  if (actions.empty()) {
    m_state->run();
  }
  if (actions.empty()) {
    return std::nullopt;
  }
  Action action = std::move(actions.front());
  actions.pop_front();
  return action;
}

bool
Planner::is_done() const
{
  return m_state->is_finished() && m_state->merge().actions().empty();
}

void
Planner::source_failed()
{
  m_state->merge().block();
}

bool
Planner::has_dropped_removals() const
{
  return m_state->merge().is_blocked() && m_state->merge().removals().left() > 0;
}

std::optional<Action>
Planner::take_removal()
{
  Merge& merge = m_state->merge();
  if (merge.is_blocked()) {
    return std::nullopt;
  }
  auto action = merge.removals().next(merge.limit());
  if (action) {
    action->number = merge.take_number();
  }
  return action;
}

std::uint64_t
Planner::skipped_by_limit() const
{
  return m_state->merge().limit().skipped();
}

std::optional<std::uint64_t>
Planner::limit_left() const
{
  return m_state->merge().limit().left();
}

} // namespace godwit::plan
