#include "engine.hpp"

#include <algorithm>
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

double
seconds_since(std::chrono::steady_clock::time_point begun)
{
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

} // namespace

Engine::Engine(const Parts& parts, plan::PlanRules rules, const PipelineRules& pipeline)
    : m_parts(parts), m_planner(std::move(rules)), m_pipeline(parts.trees, parts.report, pipeline),
      m_proofs(parts.trees), m_check(parts.scope)
{
  m_pipeline.on_source_failure([this] { m_planner.source_failed(); });
  m_pipeline.on_move_failure([this](const model::Action& move) { m_planner.move_failed(move); });
  if (m_parts.recipe) {
    const model::Side remote = m_parts.trees.remote_side();
    const bool is_source = remote == model::Side::source;
    m_pages.emplace(PageMerge::Parts{remote, *m_parts.recipe, m_parts.key, m_parts.owners, m_parts.report,
                                     is_source ? m_dest : m_source, is_source ? m_source : m_dest,
                                     m_parts.scope, m_parts.listed_at_once});
  }
}

Result<>
Engine::run(std::vector<Arrival> early)
{
  for (Arrival& arrival : early) {
    TRY(handle(std::move(arrival)));
  }
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
  m_parts.trees.tick(m_parts.report.events());
  m_parts.report.totals().seconds = seconds_since(m_started);
  m_parts.report.events().on(model::Progressed{m_parts.report.totals()});
}

Result<>
Engine::handle(Arrival arrival)
{
  proto::Message& message = arrival.parcel.message;
  if (const auto* fatal = std::get_if<proto::Fatal>(&message)) {
    return m_parts.trees.is_remote(arrival.side) ? m_parts.trees.explain(to_error(*fatal)) : to_error(*fatal);
  }
  if (const auto* hashes = std::get_if<proto::Hashes>(&message)) {
    return take_proofs(arrival.side, *hashes);
  }
  bool taken = false;
  TRY(handle_listing(arrival.side, message, arrival.parcel.lease, taken));
  return taken ? Result<>() : m_pipeline.on(message, std::move(arrival.parcel.lease));
}

Result<>
Engine::check_listing(model::Side side, const proto::Message& message)
{
  if (!proto::is_of_listing(message)) {
    return {};
  }
  bool& is_listed = side == model::Side::source ? m_source_is_listed : m_dest_is_listed;
  if (is_listed) {
    return make_error(ErrorKind::protocol, "the agent goes on listing after the end of its listing");
  }
  is_listed = std::holds_alternative<proto::ListEnd>(message);
  if (m_parts.recipe && m_parts.trees.is_remote(side) && std::holds_alternative<proto::Listed>(message)) {
    return make_error(ErrorKind::protocol, "the agent listed names where it was asked for pages");
  }
  return {};
}

Result<>
Engine::handle_listing(model::Side side, proto::Message& message, Lease& lease, bool& taken)
{
  taken = true;
  TRY(check_listing(side, message));
  if (auto* listed = std::get_if<proto::Listed>(&message)) {
    handle_listed(side, std::move(listed->entries), lease);
  } else if (std::holds_alternative<proto::ListEnd>(message)) {
    end_listing(side);
  } else if (const auto* owners = std::get_if<proto::Owners>(&message)) {
    m_parts.trees.dest().send({m_parts.owners.learn(*owners), {}});
  } else if (const auto* mapped = std::get_if<proto::OwnersMapped>(&message)) {
    return m_parts.owners.learn(*mapped);
  } else if (const auto* error = std::get_if<proto::ListError>(&message)) {
    if (side == model::Side::dest && !needs_all_of_dest()) {
      m_parts.report.events().on(model::Notice{2, escape_text(error->text)});
      return {};
    }
    m_parts.report.fail({error->kind, error->errno_value, escape_text(error->text), 0});
    if (side == model::Side::source && error->spoils_removals) {
      m_planner.source_failed();
    }
  } else if (const auto* notice = std::get_if<proto::Notice>(&message)) {
    m_parts.report.events().on(model::Notice{notice->level, escape_text(notice->text)});
  } else {
    taken = m_pages.has_value();
    return taken ? m_pages->add(message, taken) : Result<>();
  }
  return {};
}

// What is written where nothing could be listed fails there, or does not. Of folders that -d does not enter
// only those that are to go are looked into.
bool
Engine::needs_all_of_dest() const
{
  const model::Options& options = m_parts.options;
  return options.depth() != model::Depth::level && (options.deletes() || options.force);
}

void
Engine::handle_listed(model::Side side, std::vector<model::Entry> entries, Lease& lease)
{
  if (side == model::Side::source && !m_parts.recipe) {
    std::for_each(entries.begin(), entries.end(), [this](const model::Entry& entry) { count_listed(entry); });
  }
  if (m_parts.lists_source_first && side == model::Side::source) {
    lease.release();
  }
  if (m_pages && !m_parts.trees.is_remote(side)) {
    m_pages->add_local(std::move(entries), std::move(lease));
  } else {
    queue(side).add(std::move(entries), std::move(lease));
  }
}

// Folders that are skipped are no part of the list.
void
Engine::count_listed(const model::Entry& entry)
{
  if (m_parts.counts && !(entry.is_folder() && m_parts.options.depth() == model::Depth::items)) {
    m_parts.report.count_listed(entry);
  }
}

// With pages, a queue ends when the pages are through.
void
Engine::end_listing(model::Side side)
{
  if (side == model::Side::source) {
    m_parts.report.totals().list_is_complete = true;
    m_parts.report.totals().list_seconds = seconds_since(m_started);
  }
  if (!m_pages) {
    queue(side).end();
    if (m_parts.trees.remote() != nullptr && m_source_is_listed && m_dest_is_listed) {
      note_transfer();
    }
  } else if (m_parts.trees.is_remote(side)) {
    m_pages->end_remote();
  } else {
    m_pages->end_local();
  }
}

void
Engine::note_transfer()
{
  model::Totals& totals = m_parts.report.totals();
  totals.list_transfer_seconds = seconds_since(m_started) - totals.list_seconds;
}

bool
Engine::advance_pages()
{
  if (!m_pages) {
    return false;
  }
  bool moved = m_pages->advance();
  endpoint::Endpoint& remote = m_parts.trees.at(m_parts.trees.remote_side());
  for (proto::Message& request : m_pages->take_requests()) {
    remote.send({std::move(request), {}});
  }
  EntryQueue& theirs = queue(m_parts.trees.remote_side());
  if (m_pages->is_remote_done() && !theirs.has_ended()) {
    theirs.end();
    moved = true;
  }
  if (m_pages->is_done()) {
    m_source.end();
    m_dest.end();
    m_pages.reset();
    note_transfer();
    moved = true; // the planner is to hear of it at once
  }
  return moved;
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
    if (m_pipeline.resume()) {
      continue;
    }
    if (auto action = m_planner.take()) {
      ++m_parts.report.totals().planned;
      m_pipeline.start(*std::move(action));
    } else if (!feed(model::Side::source, outcome) && !feed(model::Side::dest, outcome) && !take_removals() &&
               !advance_pages()) {
      break;
    }
  }
  if (m_planner.is_done()) {
    m_pipeline.end_plan();
  }
  m_pipeline.flush();
  ask_proofs();
  return outcome;
}

void
Engine::ask_proofs()
{
  while (m_proofs.has_room()) {
    const auto wanted = m_planner.take_proof();
    if (!wanted) {
      break;
    }
    m_proofs.ask(*wanted);
  }
  m_proofs.flush();
}

Result<>
Engine::take_proofs(model::Side side, const proto::Hashes& hashes)
{
  TRY_ASSIGN(const std::vector<plan::Proof> proofs, m_proofs.on(side, hashes));
  for (const plan::Proof& proof : proofs) {
    m_planner.proved(proof);
  }
  return {};
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
    return true;
  }
  if (from.is_empty()) {
    const auto place = from.take_complete_until();
    if (place) {
      m_planner.nothing_until(side, place->path, place->is_folder);
    }
    return place.has_value();
  }
  const model::Entry& front = from.front();
  if (is_source && !m_parts.owners.knows(front)) {
    if (!m_parts.owners.was_told(front.uid, front.gid)) {
      outcome = make_error(ErrorKind::protocol, "the agent listed '" + escape(front.path.view()) +
                                                    "' without the name of its owner");
    }
    return false;
  }
  model::Entry entry = from.take();
  if (m_parts.trees.is_remote(side) && !m_parts.recipe) { // pages have checked theirs
    outcome = m_check.add(entry);
    if (!outcome) {
      return false;
    }
  }
  if (is_source) {
    if (m_parts.recipe) {
      count_listed(entry);
    }
    m_parts.owners.map(entry);
  } else if (m_parts.root_is_new && entry.path.is_root() && !m_parts.options.existing) {
    return true; // as if it were not there: it is reported as made
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
