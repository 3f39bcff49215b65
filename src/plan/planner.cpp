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
  std::optional<Entry> bound; // what comes next lies behind it

  // Whether it is known what comes next, as far as the other side's next needs it.
  bool
  is_ready(const Input& other) const
  {
    return head || has_ended || (bound && other.head && listing_order(*other.head, *bound) <= 0);
  }
  // The next, or a place before it; null: there is none.
  const Entry*
  next() const
  {
    return head ? &*head : has_ended || !bound ? nullptr : &*bound;
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
  while (m_merge.actions().empty() && !m_is_finished && m_inputs[0].is_ready(m_inputs[1]) &&
         m_inputs[1].is_ready(m_inputs[0])) {
    if (m_inputs[1].has_ended && !m_inputs[1].head) {
      m_merge.renames().dest_is_done();
    }
    if (!m_merge.actions().empty()) {
      return;
    }
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
    m_merge.only_source(source.take(), dest.next());
  } else if (order > 0) {
    m_merge.only_dest(dest.take(), source.next());
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
  rules.only_appends = options.append != model::Append::none;
  rules.min_size = options.min_size;
  rules.max_size = options.max_size;
  rules.collects_removals = options.deletes();
  rules.may_clear_way = options.clears_ways();
  rules.ignore_errors = options.ignore_errors;
  rules.max_delete = options.max_delete;
  rules.detects_renames = options.detects_renames();
  rules.moves_replaced = !options.ignore_times && !options.in_place;
  return rules;
}

Planner::Planner(PlanRules rules) : m_state(std::make_unique<State>(std::move(rules))) {}
Planner::~Planner() = default;
Planner::Planner(Planner&&) noexcept = default;
Planner& Planner::operator=(Planner&&) noexcept = default;

bool
Planner::wants(Side side) const
{
  const Side other = side == Side::source ? Side::dest : Side::source;
  return m_state->merge().actions().empty() && !m_state->input(side).is_ready(m_state->input(other));
}

Result<>
Planner::feed(Side side, Entry entry)
{
  Input& input = m_state->input(side);
  ASSERT(!input.head && !input.has_ended);
  if (input.has_last && listing_order(input.last, input.last_is_folder, entry.path, entry.is_folder()) >= 0) {
    return make_error(ErrorKind::protocol, fmt::format("cannot accept listing: '{}' comes after '{}'",
                                                       escape(entry.path.view()), escape(input.last.view())));
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

void
Planner::nothing_until(Side side, const model::RelPath& path, bool is_folder)
{
  Entry bound;
  bound.path = path;
  bound.type = is_folder ? model::Type::folder : model::Type::regular;
  m_state->input(side).bound = std::move(bound);
  m_state->run();
}

std::optional<Action>
Planner::take()
{
  auto& actions = m_state->merge().actions();
  if (actions.empty()) {
    m_state->run();
  }
  std::optional<Action> action;
  if (!actions.empty()) {
    action.emplace(std::move(actions.front()));
    actions.pop_front();
  }
  return action;
}

bool
Planner::is_done() const
{
  return m_state->is_finished() && m_state->merge().actions().empty() &&
         m_state->merge().renames().is_settled();
}

std::optional<ProofWanted>
Planner::take_proof()
{
  return m_state->merge().renames().take_proof();
}

void
Planner::proved(const Proof& proof)
{
  m_state->merge().renames().proved(proof);
}

void
Planner::move_failed(const Action& move)
{
  m_state->merge().renames().failed(move);
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
