#include "text.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "godwit/base/escape.hpp"
#include "number_format.hpp"
#include "progress_text.hpp"
#include "summary.hpp"

namespace godwit::cli
{

using model::Action;

namespace
{

constexpr std::chrono::milliseconds redraw_every{200};

double
seconds_between(std::chrono::steady_clock::time_point from, std::chrono::steady_clock::time_point to)
{
  return std::chrono::duration<double>(to - from).count();
}

bool
lists_as_it_goes(const model::Options& options)
{
  return options.recursive && !options.prune_empty_dirs && options.delete_when != model::DeleteWhen::before &&
         options.delete_when != model::DeleteWhen::after;
}

// Nothing where neither folders nor lists are asked for.
std::string_view
opening_line(const model::Options& options, model::Direction direction)
{
  const bool receives = direction == model::Direction::pull;
  if (lists_as_it_goes(options)) {
    return receives ? "receiving incremental file list" : "sending incremental file list";
  }
  if (options.recursive || options.dirs) {
    return receives ? "receiving file list ... done" : "building file list ... done";
  }
  return "";
}

bool
shows_live_line(const model::Options& o)
{
  return !o.quiet && o.verbose == 0 && o.itemize == 0 && !o.dry_run && !o.progress && !o.progress2 &&
         !o.list_only;
}

} // namespace

TextSink::TextSink(const model::Options& options, Output& output, Clock clock)
    : m_options(options), m_output(output), m_clock(std::move(clock)), m_started(m_clock()),
      m_drawn(m_started)
{
  m_rules.times = options.times;
  m_rules.omit_dir_times = options.omit_dir_times;
}

void
TextSink::on(model::Event event)
{
  const std::scoped_lock lock(m_mutex);
  std::visit([this](const auto& shown) { show(shown); }, event);
}

// What show(ItemPlanned) prints or notes of it. The root says more than its own line: that it was made.
bool
TextSink::shows(const Action& action) const
{
  return prints_names() || itemizes() || shows_files() || action.kind == Action::Kind::skip ||
         action.entry.path.is_root();
}

void
TextSink::print(std::string_view line)
{
  if (!m_options.quiet) {
    m_output.line(line);
  }
}

void
TextSink::show(const model::RunStarted& event)
{
  m_rules.direction = event.direction;
  const std::string_view line = opening_line(m_options, event.direction);
  if (prints_names() && !line.empty()) {
    print(line);
  }
}

void
TextSink::show(const model::RootCreated& event)
{
  m_root_is_new = !m_options.mkpath || m_options.dry_run; // --mkpath makes it before the rest looks at it
  if (!prints_names() && !itemizes()) {
    return;
  }
  std::string path = escape_text(event.path);
  while (path.size() > 1 && path.ends_with('/')) {
    path.pop_back();
  }
  if (m_options.mkpath) {
    print(fmt::format("created {} director{} for {}", event.made_below, event.made_below == 1 ? "y" : "ies",
                      path));
  }
  if (m_root_is_new && event.is_dest) {
    print("created directory " + path);
  }
}

void
TextSink::show(const model::ItemPlanned& event)
{
  switch (event.action.kind) {
  case Action::Kind::remove:
    return show_removal(event.action);
  case Action::Kind::skip:
    return show_skip(event.action);
  case Action::Kind::clear_way:
  case Action::Kind::retain:
    return;
  case Action::Kind::move:
  case Action::Kind::make:
  case Action::Kind::transfer:
  case Action::Kind::set_metadata:
  case Action::Kind::up_to_date:
    break;
  }
  return m_root_is_new && event.action.entry.path.is_root() ? show_new_root(event.action)
                                                            : show_item(event.action);
}

// The plan finds the root there, as it was made before anything was listed.
void
TextSink::show_new_root(Action action)
{
  m_root_was_shown = action.kind != Action::Kind::make;
  action.kind = Action::Kind::make;
  action.there.reset();
  show_item(action);
}

void
TextSink::show_removal(const Action& action)
{
  const std::string name = shown_name(action.entry, Target::hidden);
  if (itemizes()) {
    print(itemize(action, m_rules) + " " + name);
  } else if (prints_names()) {
    print("deleting " + name);
  }
}

void
TextSink::show_skip(const Action& action)
{
  const std::string path = shown_path(action.entry.path);
  const bool explains = m_options.verbose > 1;
  switch (action.reason) {
  case Action::Reason::newer:
    return explains ? print(path + " is newer") : void();
  case Action::Reason::exists:
    return explains ? print(path + " exists") : void();
  case Action::Reason::missing:
    return explains ? print(fmt::format("not creating new {} \"{}\"",
                                        action.entry.is_folder() ? "directory" : "file", path))
                    : void();
  case Action::Reason::too_small:
    return explains ? print(path + " is under min-size") : void();
  case Action::Reason::too_big:
    return explains ? print(path + " is over max-size") : void();
  case Action::Reason::not_regular:
    return print(fmt::format("skipping non-regular file \"{}\"", path));
  case Action::Reason::folder:
    return print("skipping directory " + path);
  case Action::Reason::not_empty:
  case Action::Reason::unread:
  case Action::Reason::in_way:
    return print("cannot delete non-empty directory: " + path);
  case Action::Reason::not_longer:    // rsync says nothing of it either
  case Action::Reason::leads_outside: // an error of its own
  case Action::Reason::delete_limit:  // counted and told once, by whoever keeps the limit
  case Action::Reason::none:
    return;
  }
}

// Of a move both names are told: what reads these lines to know which names there are finds
// the old one deleted and the new one made.
void
TextSink::show_item(const Action& action)
{
  if (action.takes_name()) {
    Action old;
    old.kind = Action::Kind::remove;
    old.entry.path = action.origin->path;
    old.entry.type = action.entry.type;
    show_removal(old);
  }
  const bool waits = shows_files() && !m_options.dry_run && action.kind == Action::Kind::transfer;
  std::string line = itemizes() ? item_line(action) : name_line(action);
  if (waits) {
    m_waiting.insert_or_assign(action.entry.path.str(), Waiting{std::move(line), m_clock()});
  } else if (!line.empty()) {
    print(line);
  }
}

std::string
TextSink::item_line(const Action& action) const
{
  if (!is_significant(action) && m_options.itemize < 2 && m_options.verbose < 2) {
    return {};
  }
  const std::string line = itemize(action, m_rules) + " " + shown_name(action.entry);
  if (action.kind != Action::Kind::move) {
    return line;
  }
  return line + " <= " + shown_path(action.origin->path) + (action.entry.is_folder() ? "/" : "");
}

// Without -i: what is made or transferred, folders that change, and from -vv
// on everything else but unchanged folders.
std::string
TextSink::name_line(const Action& action) const
{
  if (!prints_names()) {
    return {};
  }
  const bool metadata_only = action.kind == Action::Kind::set_metadata;
  if (is_significant(action) && (!metadata_only || action.entry.is_folder())) {
    return shown_name(action.entry);
  }
  if (m_options.verbose < 2 || action.entry.is_folder()) {
    return {};
  }
  return shown_path(action.entry.path) + (metadata_only ? "" : " is uptodate");
}

void
TextSink::start_waiting_line(Waiting& waiting)
{
  if (!waiting.line.empty()) {
    print(std::exchange(waiting.line, {}));
    waiting.since = m_clock();
  }
}

bool
TextSink::is_due(Time now)
{
  if (now - m_drawn < redraw_every) {
    return false;
  }
  m_drawn = now;
  return true;
}

void
TextSink::show(const model::FileProgress& event)
{
  const auto found = m_waiting.find(event.path.view());
  if (!shows_files() || found == m_waiting.end()) {
    return;
  }
  start_waiting_line(found->second);
  const Time now = m_clock();
  if (is_due(now)) {
    const Progress progress{event.bytes_done, event.bytes_total, seconds_between(found->second.since, now)};
    m_output.redraw(running_text(progress, m_options.human_readable));
  }
}

void
TextSink::show(const model::FileDone& event)
{
  ++m_transferred;
  m_transferred_bytes += event.literal_bytes + event.matched_bytes;
  const auto found = m_waiting.find(event.path.view());
  if (!shows_files() || found == m_waiting.end()) {
    return;
  }
  start_waiting_line(found->second);
  const std::uint64_t bytes = event.literal_bytes + event.matched_bytes;
  const Progress progress{bytes, bytes, seconds_between(found->second.since, m_clock())};
  const RunProgress run{m_transferred, event.listed, event.planned, event.list_is_complete};
  m_output.redraw(finished_text(progress, run, m_options.human_readable));
  m_waiting.erase(found);
}

void
TextSink::show(const model::EntryListed& event)
{
  print(list_line(event.entry, m_options.human_readable, m_options.links ? ShowTarget::yes : ShowTarget::no));
}

void
TextSink::show(const model::Failed& event)
{
  m_output.error_line("godwit: " + event.error.text);
}

void
TextSink::show(const model::Notice& event)
{
  if (m_options.verbose >= event.level) {
    print(event.text);
  }
}

void
TextSink::show(const model::PeerText& event)
{
  m_output.error_line(event.text);
}

// Files that the kernel copied are done without their bytes having been seen.
void
TextSink::take_totals(const model::Totals& totals)
{
  m_totals = totals;
  m_totals.transferred_done = std::max(totals.transferred_done, m_transferred_bytes);
}

void
TextSink::show(const model::Progressed& event)
{
  take_totals(event.totals);
  if (!is_due(m_clock())) {
    return;
  }
  if (shows_live_line(m_options)) {
    m_output.set_live(live_text(m_totals));
  } else if (m_options.progress2) {
    show_run_progress();
  }
}

void
TextSink::show_run_progress()
{
  if (m_options.quiet) {
    return;
  }
  const Progress progress{m_totals.transferred_done, m_totals.total_size,
                          seconds_between(m_started, m_clock())};
  const RunProgress run{m_transferred, m_totals.files, m_totals.planned, m_totals.list_is_complete};
  m_output.redraw(finished_text(progress, run, m_options.human_readable));
}

void
TextSink::show(const model::RunFinished& event)
{
  take_totals(event.totals);
  m_finished = event;
  if (m_root_was_shown) {
    ++m_totals.created;
    ++m_totals.created_folders;
  }
  m_output.set_live({});
  for (auto& [path, waiting] : m_waiting) {
    start_waiting_line(waiting);
  }
  if (m_options.progress2) {
    show_run_progress();
  }
}

void
TextSink::summarize()
{
  const std::scoped_lock lock(m_mutex);
  if (!m_finished) {
    return;
  }
  const int level = m_options.human_readable;
  if (m_options.stats) {
    print("");
    print(stats_block(m_totals, level));
  }
  if (m_options.stats || m_options.verbose > 0) {
    print("");
    print(closing_lines(m_totals, level, m_finished->is_dry ? RunKind::dry : RunKind::real));
  }
}

} // namespace godwit::cli
