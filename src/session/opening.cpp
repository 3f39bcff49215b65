#include "opening.hpp"

#include <algorithm>
#include <utility>

#include "godwit/base/escape.hpp"
#include "godwit/endpoint/page_messages.hpp"
#include "godwit/endpoint/scope_of.hpp"
#include "opened_check.hpp"

namespace godwit::session {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto stop_interval = std::chrono::milliseconds(200);

proto::Opened
opened_with(const std::vector<proto::OpenedOperand>& operands)
{
  proto::Opened opened;
  opened.operands = operands;
  return opened;
}

} // namespace

plan::PlanRules
plan_rules(const model::Options& options, model::Scope scope, std::uint32_t umask)
{
  plan::PlanRules rules = plan::PlanRules::from(options, std::move(scope), umask);
  rules.reports_up_to_date = options.verbose > 1 || options.itemize > 1 || options.remove_source_files;
  return rules;
}

proto::Open
Opening::request(proto::Role role) const
{
  const model::Options& options = m_parts.options;
  proto::Open open;
  open.role = role;
  open.relative = options.relative;
  open.copy_links = options.copy_links;
  open.copy_dirlinks = options.copy_dirlinks;
  open.keep_dirlinks = options.keep_dirlinks;
  open.recursive = options.recursive;
  open.dirs = options.dirs;
  open.mkpath = options.mkpath;
  open.dry_run = options.dry_run;
  open.times = options.times;
  open.folder_times = options.times && !options.omit_dir_times;
  open.numeric_ids = options.numeric_ids;
  open.partial_dir = !options.partial_dir.empty() ? options.partial_dir : options.partial ? ".~godwit~" : "";
  open.seed = m_parts.key.seed();
  open.removes_source = options.remove_source_files && !options.dry_run;
  const endpoint::CompressWish compress = compress_wish(options);
  open.timeout_s = static_cast<std::uint32_t>(std::max(options.timeout_s, 0));
  open.in_place = options.in_place;
  open.sparse = options.sparse;
  open.preallocate = options.preallocate;
  open.compress_level = compress.level;
  open.compress_mode = compress.mode;
  open.bytes_per_second = m_parts.trees.rate_now();
  open.connections = static_cast<std::uint8_t>(m_parts.trees.most_connections());
  open.adopts_leftovers = options.times && options.perms && !options.dry_run;
  return open;
}

proto::Open
Opening::dest_request() const
{
  proto::Open open = request(proto::Role::dest);
  open.operands = {m_parts.places.dest};
  const proto::OpenedOperand& first = m_operands.front();
  const bool has_one_file = m_operands.size() == 1 && first.type != model::Type::folder && first.implied == 0;
  // As rsync: with nothing to copy a pull leaves the destination alone; else it is opened as a file's would be.
  open.makes_nothing = skips_all() && m_parts.places.direction == model::Direction::pull;
  open.one_plain_item = has_one_file || (skips_all() && !open.makes_nothing);
  return open;
}

// Folders without -r or -d.
bool
Opening::skips_all() const
{
  const auto is_folder = [](const proto::OpenedOperand& o) { return o.type == model::Type::folder; };
  return m_parts.options.depth() == model::Depth::items &&
         std::all_of(m_operands.begin(), m_operands.end(), is_folder);
}

void
Opening::begin(model::Side side, const proto::Open& open)
{
  m_asked = Clock::now();
  m_dest_has_begun = side == model::Side::dest;
  m_parts.trees.at(side).begin(open);
}

Result<Arrival>
Opening::next_arrival()
{
  while (true) {
    auto arrival = m_parts.inbox.pop_until(Clock::now() + stop_interval);
    if (m_parts.stop.stop_requested()) {
      return make_error(ErrorKind::stopped, "stopped by a signal");
    }
    if (!arrival) {
      continue;
    }
    if (const auto* fatal = std::get_if<proto::Fatal>(&arrival->parcel.message)) {
      Error error{fatal->kind, fatal->errno_value, fatal->text, fatal->exit_code};
      if (m_parts.trees.is_remote(arrival->side)) {
        error.text = escape_text(error.text);
        return m_parts.trees.explain(std::move(error));
      }
      return error;
    }
    return *std::move(arrival);
  }
}

// The dest is asked for a source's owners as soon as it has begun, before it has answered Open: that saves a round
// trip. False: it is something else.
bool
Opening::ask_for_owners(const Arrival& arrival)
{
  const auto* owners = std::get_if<proto::Owners>(&arrival.parcel.message);
  if (owners != nullptr) {
    m_parts.trees.dest().send({m_parts.owners.learn(*owners), {}});
  }
  return owners != nullptr;
}

Result<proto::Opened>
Opening::await(model::Side side)
{
  while (true) {
    TRY_ASSIGN(Arrival arrival, next_arrival());
    proto::Message& message = arrival.parcel.message;
    if (auto* opened = std::get_if<proto::Opened>(&message); opened != nullptr && arrival.side == side) {
      if (m_parts.trees.is_remote(side)) {
        m_round_trip = std::max(Clock::duration{}, Clock::now() - m_asked - std::chrono::microseconds(opened->took_us));
      }
      return std::move(*opened);
    }
    if (!m_dest_has_begun || !ask_for_owners(arrival)) {
      m_early.push_back(std::move(arrival));
    }
  }
}

void
Opening::choose_recipe(bool dest_is_new)
{
  const bool deletes_first = m_parts.options.delete_when == model::DeleteWhen::before;
  if (m_parts.trees.remote() != nullptr && !deletes_first && !dest_is_new && !m_parts.options.list_only) {
    m_recipe = plan::Recipe::from(plan_rules(m_parts.options, {}, 0));
  }
}

proto::Open
Opening::source_request() const
{
  proto::Open open = request(proto::Role::source);
  open.operands = m_parts.places.sources;
  return open;
}

void
Opening::begin_source()
{
  if (m_parts.places.direction == model::Direction::push) {
    begin(model::Side::source, source_request());
    send_source_scan(true);
  }
}

Result<>
Opening::open_source()
{
  const proto::Open open = source_request();
  if (m_parts.places.direction != model::Direction::push) { // else begin_source() did
    begin(model::Side::source, open);
  }
  const bool is_remote = m_parts.trees.is_remote(model::Side::source);
  if (is_remote) {
    choose_recipe(!endpoint::holds_names(m_parts.places.dest));
    send_source_scan(true);
  }
  TRY_ASSIGN(proto::Opened opened, await(model::Side::source));
  if (is_remote) {
    TRY(check_opened(open.operands, open.relative, opened));
  }
  for (proto::OpenedOperand& operand : opened.operands) {
    if (operand.error == 0) {
      m_operands.push_back(std::move(operand));
      continue;
    }
    m_source_failed = true;
    Error error = sys_error("cannot open '" + escape(operand.typed) + "'", operand.error);
    error.kind = ErrorKind::unreadable;
    m_parts.report.fail(std::move(error));
  }
  choose_scope("");
  return {};
}

// A folder that stands in the way of a non-folder operand is covered with all that it holds where it may be removed,
// and where nothing but the plan tells of it (without -r and -d the dest is not listed so far down).
void
Opening::choose_scope(const std::string& new_name)
{
  const model::Depth depth = m_parts.options.depth();
  m_scope = endpoint::scope_of(opened_with(m_operands), new_name, depth);
  const model::Options& options = m_parts.options;
  if (depth == model::Depth::items || (!options.deletes() && !options.force && !options.dry_run)) {
    return;
  }
  const auto is_before = [](const model::ScopeItem& item, const model::RelPath& path) { return item.path < path; };
  for (const proto::OpenedOperand& operand : m_operands) {
    const model::RelPath path = new_name.empty() ? operand.path : model::RelPath().child(new_name);
    const auto item = std::lower_bound(m_scope.begin(), m_scope.end(), path, is_before);
    item->contents = item->contents || operand.type != model::Type::folder;
  }
}

Result<>
Opening::open_dest()
{
  const proto::Open open = dest_request();
  begin(model::Side::dest, open);
  if (m_parts.trees.is_remote(model::Side::dest)) {
    std::erase_if(m_early, [&](const Arrival& arrival) { return ask_for_owners(arrival); });
    choose_recipe(false);
    if (!open.one_plain_item) {
      send_missing();
    }
  }
  TRY_ASSIGN(m_dest, await(model::Side::dest));
  if (!m_dest.created.empty()) {
    const std::string& told = skips_all() ? m_parts.places.dest : m_dest.created;
    m_parts.report.events().on(
        model::RootCreated{escape_text(told), m_dest.made_folders, m_dest.new_name.empty()});
    if (m_parts.trees.is_remote(model::Side::dest)) {
      m_recipe.reset(); // it lists entries: there are few or none
    }
  }
  if (!m_dest.confinement_text.empty()) {
    m_parts.report.events().on(model::Notice{2, escape_text(m_dest.confinement_text)});
  }
  if (m_dest.new_name.empty()) {
    return {};
  }
  if (!open.one_plain_item || !model::RelPath::is_valid_name(m_dest.new_name)) {
    return make_error(ErrorKind::protocol, "cannot trust the far end: it gave a new name that was not asked for");
  }
  if (skips_all()) {
    m_dest.new_name.clear();
    return {};
  }
  choose_scope(m_dest.new_name);
  return m_source_scan_is_out ? take_back_scan() : Result<>();
}

// The item's listing under its own name, which it is not to have. Its owners are not told a second time.
Result<>
Opening::take_back_scan()
{
  std::vector<Arrival> kept;
  bool has_ended = false;
  const auto sort = [&](Arrival arrival) {
    const proto::Message& message = arrival.parcel.message;
    has_ended = has_ended || std::holds_alternative<proto::ListEnd>(message);
    if (!proto::is_of_listing(message) || std::holds_alternative<proto::Owners>(message)) {
      kept.push_back(std::move(arrival));
    }
  };
  for (Arrival& arrival : take_early()) {
    sort(std::move(arrival));
  }
  while (!has_ended) {
    TRY_ASSIGN(Arrival arrival, next_arrival());
    sort(std::move(arrival));
  }
  m_early = std::move(kept);
  m_source_scan_is_out = false;
  return {};
}

proto::Scan
Opening::scan() const
{
  const model::Options& options = m_parts.options;
  proto::Scan scan;
  scan.depth = options.depth();
  scan.rules = options.rules;
  scan.delete_excluded = options.delete_excluded;
  scan.one_file_system = options.one_file_system;
  scan.checksum = options.checksum;
  if (!m_dest.new_name.empty()) {
    scan.listed_name = m_dest.new_name;
    scan.real_name = std::string(m_operands.front().path.name());
  }
  return scan;
}

void
Opening::send_source_scan(bool of_opened)
{
  proto::Scan wanted = scan();
  wanted.of_opened = of_opened;
  wanted.scope = m_scope;
  wanted.prune_empty = m_parts.options.prune_empty_dirs && wanted.depth != model::Depth::items;
  if (m_parts.trees.is_remote(model::Side::source)) {
    wanted.recipe = endpoint::to_message(m_recipe);
  }
  m_parts.trees.source().send({std::move(wanted), {}});
  m_source_scan_is_out = true;
}

void
Opening::send_dest_scan()
{
  proto::Scan wanted = scan();
  wanted.scope = m_scope;
  for (model::ScopeItem& item : wanted.scope) {
    item.bases.clear();
  }
  if (wanted.depth == model::Depth::level && (m_parts.options.deletes() || m_parts.options.force)) {
    wanted.depth = model::Depth::all; // a folder that is to go is emptied first
  }
  if (m_parts.trees.is_remote(model::Side::dest)) {
    wanted.recipe = endpoint::to_message(m_recipe);
  }
  m_parts.trees.dest().send({std::move(wanted), {}});
  m_dest_scan_is_out = true;
}

void
Opening::send_missing()
{
  if (!m_source_scan_is_out) {
    send_source_scan(false);
  }
  if (!m_dest_scan_is_out && !m_parts.options.list_only) {
    send_dest_scan();
  }
}

void
Opening::send_scans()
{
  send_missing();
  m_source_scan_is_out = m_dest_scan_is_out = false;
}

} // namespace godwit::session
