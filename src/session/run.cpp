#include "godwit/session/run.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "godwit/base/escape.hpp"
#include "godwit/base/hash.hpp"
#include "engine.hpp"
#include "opening.hpp"
#include "scope_check.hpp"

namespace godwit::session {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto stop_interval = std::chrono::milliseconds(200);
constexpr auto long_round_trip = std::chrono::milliseconds(20);
constexpr std::size_t pages_at_once = 4;           // some 10 KB each

// A run from its operands to its summary, as a list of passes.
class Run
{
public:
  Run(const model::Options& options, model::EventSink& events, std::stop_token stop)
      : m_options(options), m_stop(std::move(stop)), m_report(events), m_owners(options)
  {
  }

  int go(mode_t user_umask)
  {
    const Clock::time_point started = Clock::now();
    if (Result<> done = all_of_it(user_umask); !done) {
      m_report.fail_run(std::move(done).error());
    }
    if (m_trees) {
      note_traffic();
      m_trees->stop();
    }
    m_report.totals().seconds = std::chrono::duration<double>(Clock::now() - started).count();
    if (m_was_opened) {
      m_report.events().on(model::RunFinished{m_report.totals(), m_options.dry_run});
    }
    return m_report.exit_code();
  }

private:
  Result<> all_of_it(mode_t user_umask)
  {
    TRY_ASSIGN(m_places, places_of(m_options));
    m_trees.emplace(m_places, m_options, m_inbox, user_umask);
    TRY(m_trees->connect(m_report.events(), m_stop));
    m_opening.emplace(Opening::Parts{m_options, m_places, *m_trees, m_inbox, m_report, m_owners, m_key, m_stop});
    m_opening->begin_source();
    TRY(m_trees->await_greeting(m_report.events(), m_stop));
    m_report.events().on(model::RunStarted{m_places.direction});
    m_was_opened = true;
    TRY(m_opening->open_source());
    if (m_opening->operands().empty()) {
      return {};
    }
    if (m_options.list_only) {
      return list();
    }
    TRY(m_opening->open_dest());
    TRY(copy());
    return finish();
  }

  Result<> list();
  void list_entry(model::Entry entry);
  Result<> copy();
  Result<> pass(const plan::PlanRules& rules);
  Result<> finish();
  bool sends_whole() const;
  PipelineRules pipeline_rules() const;
  std::size_t listed_at_once() const;
  void note_traffic();
  // With --mkpath it is there before anything is compared, but for a dry run.
  bool root_is_new() const
  {
    return !m_opening->dest().created.empty() && (!m_options.mkpath || m_options.dry_run);
  }
  bool deletes_first() const { return m_options.delete_when == model::DeleteWhen::before; }

  const model::Options& m_options;
  std::stop_token m_stop;
  Report m_report;
  OwnerMap m_owners;
  HashKey m_key = HashKey::random();
  Inbox m_inbox;
  Places m_places;
  std::optional<Trees> m_trees;
  std::optional<Opening> m_opening;
  bool m_was_opened = false;
  std::optional<std::uint64_t> m_limit_left; // of --max-delete, after a pass
};

// Folders are skipped without -r or -d, which only --no-dirs leaves a list without; not those that -R implies.
void
Run::list_entry(model::Entry entry)
{
  const auto named = [&](const model::ScopeItem& item) { return item.path == entry.path && item.contents; };
  const auto implies = [&](const model::ScopeItem& item) {
    return !item.contents && (item.path == entry.path || item.path.is_below(entry.path));
  };
  const model::Scope& scope = m_opening->scope();
  const bool is_skipped = entry.is_folder() && m_options.depth() == model::Depth::items;
  const bool is_implied = is_skipped && m_options.relative && std::ranges::any_of(scope, implies);
  if (is_skipped && (!is_implied || std::ranges::any_of(scope, named))) {
    model::Action action;
    action.kind = model::Action::Kind::skip;
    action.reason = model::Action::Reason::folder;
    action.entry = entry;
    m_report.events().on(model::ItemPlanned{action});
  }
  if (is_skipped && !is_implied) {
    return;
  }
  m_report.count_listed(entry);
  m_report.events().on(model::EntryListed{std::move(entry)});
}

Result<>
Run::list()
{
  m_opening->send_scans();
  ListingCheck check(m_opening->scope());
  while (true) {
    auto arrival = m_inbox.pop_until(Clock::now() + stop_interval);
    if (m_stop.stop_requested()) {
      return make_error(ErrorKind::stopped, "stopped by a signal");
    }
    if (!arrival) {
      continue;
    }
    proto::Message& message = arrival->parcel.message;
    if (auto* listed = std::get_if<proto::Listed>(&message)) {
      for (model::Entry& entry : listed->entries) {
        TRY(check.add(entry));
        if (entry.type == model::Type::unknown) {
          continue; // told as an error
        }
        list_entry(std::move(entry));
      }
    } else if (const auto* error = std::get_if<proto::ListError>(&message)) {
      m_report.fail({error->kind, error->errno_value, escape_text(error->text), 0});
    } else if (const auto* fatal = std::get_if<proto::Fatal>(&message)) {
      return Error{fatal->kind, fatal->errno_value, escape_text(fatal->text), fatal->exit_code};
    } else if (std::holds_alternative<proto::ListEnd>(message)) {
      return {};
    }
  }
}

// What three round trips of questions could have carried; on a short link it would be bytes for nothing.
std::size_t
Run::listed_at_once() const
{
  return m_opening->round_trip() < long_round_trip ? 0 : pages_at_once;
}

bool
Run::sends_whole() const
{
  return m_options.whole_file.value_or(m_trees->are_local());
}

PipelineRules
Run::pipeline_rules() const
{
  const bool whole = sends_whole();
  PipelineRules rules;
  rules.transfer.copies = m_trees->are_local() && whole && !m_options.bandwidth.limits();
  rules.transfer.deltas = !whole;
  rules.transfer.similar = m_options.fuzzy && !m_options.in_place;
  rules.transfer.keeps_partial = m_options.partial || !m_options.partial_dir.empty();
  rules.transfer.in_place = m_options.in_place;
  rules.transfer.append = m_options.append;
  rules.transfer.round_trip = m_opening->round_trip();
  rules.transfer.compress = compress_wish(m_options).mode;
  rules.is_dry = m_options.dry_run;
  // A source file that is removed must be seen in its new place before.
  rules.stages_folders = m_options.depth() == model::Depth::all && !m_options.remove_source_files;
  rules.removes_source = m_options.remove_source_files;
  rules.removes_source_late = m_options.copy_links || m_opening->operands().size() > 1;
  rules.keeps_existing = m_options.ignore_existing;
  rules.may_clear_ways = m_options.clears_ways();
  rules.tells_unread = m_options.depth() == model::Depth::level;
  if (const std::string& name = m_opening->dest().new_name; !name.empty()) {
    rules.listed_name = model::RelPath().child(name);
    rules.real_name = m_opening->operands().front().path;
  }
  return rules;
}

// --delete-before lists both sides twice, first for the removals alone.
Result<>
Run::copy()
{
  plan::PlanRules rules = plan_rules(m_options, m_opening->scope(), m_opening->dest().umask);
  if (m_options.fuzzy && !m_options.deletes() && !sends_whole()) { // what only the dest has may be copied there
    rules.detects_renames = m_options.detect_renames.value_or(true);
  }
  if (deletes_first()) {
    plan::PlanRules removals = rules;
    removals.only_removals = true;
    TRY(pass(removals));
    rules.collects_removals = false;
    rules.max_delete = m_limit_left;
  }
  return pass(rules);
}

Result<>
Run::pass(const plan::PlanRules& rules)
{
  m_opening->send_scans();
  Engine engine({m_options, *m_trees, m_inbox, m_report, m_owners, m_stop, m_key, m_opening->scope(),
                 m_opening->recipe(), !rules.only_removals, root_is_new(), listed_at_once(),
                 m_trees->dest_lies_inside_source()},
                rules, pipeline_rules());
  if (m_opening->source_failed()) {
    engine.source_failed();
  }
  TRY(engine.run(m_opening->take_early()));
  engine.conclude();
  m_limit_left = engine.limit_left();
  return {};
}

Result<>
Run::finish()
{
  m_trees->dest().send({proto::Finish{}, {}});
  m_trees->source().send({proto::Finish{}, {}});
  for (int left = 2; left > 0;) {
    auto arrival = m_inbox.pop_until(Clock::now() + stop_interval);
    if (m_stop.stop_requested()) {
      return make_error(ErrorKind::stopped, "stopped by a signal");
    }
    if (!arrival) {
      continue;
    }
    if (const auto* finished = std::get_if<proto::Finished>(&arrival->parcel.message)) {
      for (const std::string& text : finished->errors) {
        m_report.fail(make_error(ErrorKind::changed, escape_text(text)));
      }
      --left;
    } else if (const auto* fatal = std::get_if<proto::Fatal>(&arrival->parcel.message)) {
      return Error{fatal->kind, fatal->errno_value, escape_text(fatal->text), fatal->exit_code};
    }
  }
  return {};
}

void
Run::note_traffic()
{
  model::Totals& totals = m_report.totals();
  if (const endpoint::Remote* remote = m_trees->remote()) {
    totals.sent_bytes = remote->bytes_sent();
    totals.received_bytes = remote->bytes_received();
    totals.list_bytes = remote->listing_bytes();
  } else {
    totals.sent_bytes = totals.literal_bytes;
  }
}

} // namespace

Outcome
run(const model::Options& options, model::EventSink& events, std::stop_token stop, mode_t user_umask)
{
  return {Run(options, events, std::move(stop)).go(user_umask)};
}

} // namespace godwit::session
