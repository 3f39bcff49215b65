#include "engine.hpp"

#include <utility>

#include "godwit/base/escape.hpp"

namespace godwit::session {

namespace {

constexpr auto progress_interval = std::chrono::milliseconds(200);

Error
to_error(const proto::Fatal& fatal)
{
  return {fatal.kind, fatal.errno_value, escape_text(fatal.text), fatal.exit_code};
}

} // namespace

Engine::Engine(const Parts& parts, plan::PlanRules rules, const PipelineRules& pipeline)
    : m_parts(parts), m_planner(std::move(rules)), m_pipeline(parts.trees, parts.report, pipeline)
{
  m_pipeline.on_source_failure([this] { m_planner.source_failed(); });
}

Result<>
Engine::run()
{
  while (true) {
    TRY(advance());
    if (is_finished()) {
      return {};
    }
    if (m_parts.report.exit_code() == model::exit_code::file_io) {
      return {}; // a full disk: what is under way is dropped, and has been reported
    }
    auto arrival = m_parts.inbox.pop_until(Clock::now() + progress_interval);
    if (m_parts.stop.stop_requested()) {
      return make_error(ErrorKind::stopped, "stopped by a signal");
    }
    if (arrival) {
      TRY(handle(*std::move(arrival)));
    }
    report_progress();
  }
}

void
Engine::conclude()
{
  if (m_planner.has_dropped_removals()) {
    m_parts.report.events().on(model::Failed{
        make_error(ErrorKind::changed, "nothing more was deleted, because not all of the source could be read "
                                       "(--ignore-errors deletes all the same)")});
    m_parts.report.raise(model::exit_code::partial);
  }
  if (const std::uint64_t left = m_planner.skipped_by_limit(); left != 0) {
    m_parts.report.events().on(model::Failed{make_error(
        ErrorKind::changed, "deletions stopped due to --max-delete limit (" + std::to_string(left) + " skipped)")});
    m_parts.report.raise(model::exit_code::delete_limit);
  }
}

bool
Engine::is_finished() const
{
  return m_planner.is_done() && m_removals_done && m_pipeline.is_idle();
}

void
Engine::report_progress()
{
  const Clock::time_point now = Clock::now();
  if (now < m_next_progress) {
    return;
  }
  m_next_progress = now + progress_interval;
  m_parts.report.totals().seconds = std::chrono::duration<double>(now - m_started).count();
  m_parts.report.events().on(model::Progressed{m_parts.report.totals()});
}

Result<>
Engine::handle(Arrival arrival)
{
  proto::Message& message = arrival.parcel.message;
  if (const auto* fatal = std::get_if<proto::Fatal>(&message)) {
    return m_parts.trees.is_remote(arrival.side) ? m_parts.trees.explain(to_error(*fatal)) : to_error(*fatal);
  }
  bool taken = false;
  TRY(handle_listing(arrival.side, message, std::move(arrival.parcel.lease), taken));
  return taken ? Result<>() : m_pipeline.on(message, std::move(arrival.parcel.lease));
}

Result<>
Engine::handle_listing(model::Side side, proto::Message& message, Lease lease, bool& taken)
{
  taken = true;
  if (auto* listed = std::get_if<proto::Listed>(&message)) {
    if (m_parts.lists_source_first && side == model::Side::source) {
      lease.release();
    }
    queue(side).add(std::move(listed->entries), std::move(lease));
  } else if (std::holds_alternative<proto::ListEnd>(message)) {
    queue(side).end();
  } else if (const auto* owners = std::get_if<proto::Owners>(&message)) {
    m_parts.trees.dest().send({m_parts.owners.learn(*owners), {}});
  } else if (const auto* mapped = std::get_if<proto::OwnersMapped>(&message)) {
    m_parts.owners.learn(*mapped);
  } else if (const auto* error = std::get_if<proto::ListError>(&message)) {
    m_parts.report.fail({error->kind, error->errno_value, escape_text(error->text), 0});
    if (side == model::Side::source && error->spoils_removals) {
      m_planner.source_failed();
    }
  } else if (const auto* notice = std::get_if<proto::Notice>(&message)) {
    m_parts.report.events().on(model::Notice{notice->level, escape_text(notice->text)});
  } else {
    taken = false;
  }
  return {};
}

// As far as it goes without waiting.
Result<>
Engine::advance()
{
  Result<> outcome;
  if (m_parts.lists_source_first && !m_source.has_ended()) {
    return outcome;
  }
  while (outcome && m_pipeline.has_room()) {
    if (auto action = m_planner.take()) {
      ++m_parts.report.totals().planned;
      m_pipeline.start(*std::move(action));
    } else if (!feed(model::Side::source, outcome) && !feed(model::Side::dest, outcome) && !take_removals()) {
      break;
    }
  }
  m_pipeline.flush();
  return outcome;
}

// Whether the planner got something it wanted.
bool
Engine::feed(model::Side side, Result<>& outcome)
{
  const bool is_source = side == model::Side::source;
  EntryQueue& from = queue(side);
  if (!m_planner.wants(side)) {
    return false;
  }
  if (from.is_ended()) {
    m_planner.end(side);
    m_parts.report.totals().list_is_complete |= is_source;
    return true;
  }
  if (from.is_empty() || (is_source && !m_parts.owners.knows(from.front()))) {
    return false;
  }
  model::Entry entry = from.take();
  if (is_source) {
    m_parts.report.count_listed(entry);
    m_parts.owners.map(entry);
  }
  outcome = m_planner.feed(side, std::move(entry));
  return outcome ? true : false;
}

// Removals begin when nothing else can fail any more.
bool
Engine::take_removals()
{
  if (!m_planner.is_done() || m_removals_done) {
    return false;
  }
  if (!m_removing && !m_pipeline.is_idle()) {
    return false;
  }
  m_removing = true;
  if (auto action = m_planner.take_removal()) {
    m_pipeline.start(*std::move(action));
    return true;
  }
  m_pipeline.end_waiting();
  m_removals_done = true;
  return false;
}

} // namespace godwit::session
