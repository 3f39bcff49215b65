#include "godwit/session/run.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "godwit/base/escape.hpp"
#include "godwit/base/hash.hpp"
#include "engine.hpp"
#include "opened_check.hpp"
#include "scope_check.hpp"
#include "scope_of.hpp"

namespace godwit::session {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto stop_interval = std::chrono::milliseconds(200);
constexpr std::uint64_t least_saving = 16U << 10U; // bytes for which finer sums pay on a short link
constexpr double assumed_rate = 20e6;              // bytes a second that a round trip could have carried

proto::Recipe
to_message(const std::optional<plan::Recipe>& recipe)
{
  if (!recipe) {
    return {};
  }
  return {plan::Recipe::number, recipe->file_times, recipe->folder_times, recipe->other_times,
          recipe->perms,        recipe->owner,      recipe->group,        recipe->checksum,
          recipe->links,        recipe->devices,    recipe->specials,     recipe->grain_ns};
}

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
    m_report.events().on(model::RunStarted{m_places.direction});
    m_was_opened = true;
    TRY(open_source());
    if (m_opened.empty()) {
      return {};
    }
    if (m_options.list_only) {
      return list();
    }
    TRY(open_dest());
    TRY(copy());
    return finish();
  }

  proto::Open open_request(proto::Role role) const;
  Result<> open_source();
  Result<> open_dest();
  Result<> list();
  void list_entry(model::Entry entry);
  Result<> copy();
  Result<> pass(const plan::PlanRules& rules);
  Result<> finish();
  void send_scans();
  PipelineRules pipeline_rules() const;
  void note_traffic();
  // With --mkpath it is there before anything is compared, but for a dry run.
  bool root_is_new() const { return !m_dest.created.empty() && (!m_options.mkpath || m_options.dry_run); }
  bool deletes_first() const { return m_options.delete_when == model::DeleteWhen::before; }

  const model::Options& m_options;
  std::stop_token m_stop;
  Report m_report;
  OwnerMap m_owners;
  HashKey m_key = HashKey::random();
  Inbox m_inbox;
  Places m_places;
  std::optional<Trees> m_trees;
  bool m_was_opened = false;
  bool m_source_failed = false;
  Clock::duration m_round_trip{}; // to the far end and back, opening what it was asked to included
  std::vector<proto::OpenedOperand> m_opened; // those that could be
  proto::Opened m_dest;
  model::Scope m_scope;
  std::optional<std::uint64_t> m_limit_left; // of --max-delete, after a pass
  std::optional<plan::Recipe> m_recipe; // pages are compared by it; none: entries
};

proto::Open
Run::open_request(proto::Role role) const
{
  proto::Open request;
  request.role = role;
  request.relative = m_options.relative;
  request.copy_links = m_options.copy_links;
  request.copy_dirlinks = m_options.copy_dirlinks;
  request.keep_dirlinks = m_options.keep_dirlinks;
  request.recursive = m_options.recursive;
  request.dirs = m_options.dirs;
  request.mkpath = m_options.mkpath;
  request.dry_run = m_options.dry_run;
  request.times = m_options.times;
  request.folder_times = m_options.times && !m_options.omit_dir_times;
  request.super_owner = m_options.owner;
  request.numeric_ids = m_options.numeric_ids;
  request.partial_dir = !m_options.partial_dir.empty() ? m_options.partial_dir : m_options.partial ? ".~godwit~" : "";
  request.seed = m_key.seed();
  request.removes_source = m_options.remove_source_files && !m_options.dry_run;
  const int level = m_options.compress == false ? 0 : m_options.compress_level.value_or(1);
  request.timeout_s = static_cast<std::uint32_t>(std::max(m_options.timeout_s, 0));
  request.compress_level = static_cast<std::uint8_t>(level);
  return request;
}

Result<>
Run::open_source()
{
  proto::Open request = open_request(proto::Role::source);
  request.operands = m_places.sources;
  const Clock::time_point asked = Clock::now();
  TRY_ASSIGN(proto::Opened opened, m_trees->source().open(request));
  m_round_trip = std::max(m_round_trip, Clock::now() - asked);
  if (m_trees->is_remote(model::Side::source)) {
    TRY(check_opened(request.operands, request.relative, opened));
  }
  for (proto::OpenedOperand& operand : opened.operands) {
    if (operand.error == 0) {
      m_opened.push_back(std::move(operand));
      continue;
    }
    m_source_failed = true;
    Error error = sys_error("cannot open '" + escape(operand.typed) + "'", operand.error);
    error.kind = ErrorKind::unreadable;
    m_report.fail(std::move(error));
  }
  return {};
}

Result<>
Run::open_dest()
{
  proto::Open request = open_request(proto::Role::dest);
  request.operands = {m_places.dest};
  const proto::OpenedOperand& first = m_opened.front();
  const auto is_folder = [](const proto::OpenedOperand& o) { return o.type == model::Type::folder; };
  const bool skips_all =
      m_options.depth() == model::Depth::items && std::all_of(m_opened.begin(), m_opened.end(), is_folder);
  const bool has_one_file = m_opened.size() == 1 && !is_folder(first) && first.implied == 0;
  // As rsync: with nothing to copy a pull leaves the destination alone; else it is opened as a file's would be.
  request.makes_nothing = skips_all && m_places.direction == model::Direction::pull;
  request.one_plain_item = has_one_file || (skips_all && !request.makes_nothing);
  const Clock::time_point asked = Clock::now();
  auto opened = m_trees->dest().open(request);
  m_round_trip = std::max(m_round_trip, Clock::now() - asked);
  if (!opened) {
    return std::move(opened).error();
  }
  m_dest = *std::move(opened);
  if (!m_dest.created.empty()) {
    const std::string& told = skips_all ? m_places.dest : m_dest.created;
    m_report.events().on(model::RootCreated{escape_text(told), m_dest.made_folders, m_dest.new_name.empty()});
  }
  if (!m_dest.confinement_text.empty()) {
    m_report.events().on(model::Notice{2, escape_text(m_dest.confinement_text)});
  }
  proto::Opened source;
  source.operands = m_opened;
  if (!m_dest.new_name.empty() && (!request.one_plain_item || !model::RelPath::is_valid_name(m_dest.new_name))) {
    return make_error(ErrorKind::protocol, "cannot trust the far end: it gave a new name that was not asked for");
  }
  if (skips_all) {
    m_dest.new_name.clear();
  }
  m_scope = scope_of(source, m_dest.new_name, m_options.depth());
  return {};
}

void
Run::send_scans()
{
  proto::Scan scan;
  scan.scope = m_scope;
  scan.depth = m_options.depth();
  scan.rules = m_options.rules;
  scan.delete_excluded = m_options.delete_excluded;
  scan.one_file_system = m_options.one_file_system;
  scan.checksum = m_options.checksum;
  if (!m_dest.new_name.empty()) {
    scan.listed_name = m_dest.new_name;
    scan.real_name = std::string(m_opened.front().path.name());
  }
  proto::Scan at_source = scan;
  (m_trees->is_remote(model::Side::source) ? at_source : scan).recipe = to_message(m_recipe);
  at_source.prune_empty = m_options.prune_empty_dirs && scan.depth != model::Depth::items;
  m_trees->source().send({std::move(at_source), {}});
  if (m_options.list_only) {
    return;
  }
  for (model::ScopeItem& item : scan.scope) {
    item.bases.clear();
  }
  if (scan.depth == model::Depth::level && (m_options.deletes() || m_options.force)) {
    scan.depth = model::Depth::all; // a folder that is to go is emptied first
  }
  m_trees->dest().send({std::move(scan), {}});
}

// Folders are skipped without -r or -d, which only --no-dirs leaves a list without.
void
Run::list_entry(model::Entry entry)
{
  if (entry.is_folder() && m_options.depth() == model::Depth::items) {
    model::Action action;
    action.kind = model::Action::Kind::skip;
    action.reason = model::Action::Reason::folder;
    action.entry = std::move(entry);
    m_report.events().on(model::ItemPlanned{std::move(action)});
    return;
  }
  m_report.count_listed(entry);
  m_report.events().on(model::EntryListed{std::move(entry)});
}

Result<>
Run::list()
{
  proto::Opened source;
  source.operands = m_opened;
  m_scope = scope_of(source, "", m_options.depth());
  send_scans();
  ListingCheck check(m_scope);
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

PipelineRules
Run::pipeline_rules() const
{
  const bool whole = m_options.whole_file.value_or(m_trees->are_local());
  PipelineRules rules;
  rules.transfer.copies = m_trees->are_local() && whole && m_options.bytes_per_second == 0;
  rules.transfer.deltas = !whole;
  rules.transfer.keeps_partial = m_options.partial || !m_options.partial_dir.empty();
  if (m_trees->remote() != nullptr) {
    const double seconds = std::chrono::duration<double>(m_round_trip).count();
    rules.transfer.least_saving = least_saving + static_cast<std::uint64_t>(seconds * assumed_rate);
  }
  rules.is_dry = m_options.dry_run;
  rules.removes_source = m_options.remove_source_files;
  rules.keeps_existing = m_options.ignore_existing;
  if (!m_dest.new_name.empty()) {
    rules.listed_name = model::RelPath().child(m_dest.new_name);
    rules.real_name = m_opened.front().path;
  }
  return rules;
}

// --delete-before lists both sides twice, first for the removals alone.
Result<>
Run::copy()
{
  plan::PlanRules rules = plan::PlanRules::from(m_options, m_scope, m_dest.umask);
  rules.reports_up_to_date = m_options.verbose > 1 || m_options.itemize > 1 || m_options.remove_source_files;
  if (m_trees->remote() != nullptr && !deletes_first() && !root_is_new()) {
    m_recipe = plan::Recipe::from(rules);
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
  send_scans();
  Engine engine({m_options, *m_trees, m_inbox, m_report, m_owners, m_stop, m_key, m_scope, m_recipe, !rules.only_removals,
                 root_is_new(), m_trees->dest_lies_inside_source()}, rules,
                pipeline_rules());
  if (m_source_failed) {
    engine.source_failed();
  }
  TRY(engine.run());
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
