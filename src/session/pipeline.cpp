#include "pipeline.hpp"

#include <cerrno>
#include <utility>

#include "godwit/base/escape.hpp"

namespace godwit::session {

namespace {

using Kind = model::Action::Kind;

constexpr std::size_t window_requests = 4096; // small ones: folders, links, metadata, removals

bool
shows_when_done(const model::Action& action)
{
  const bool may_be_blocked = !action.entry.is_folder() || action.there.has_value();
  const bool is_moved = action.kind == Kind::move && !action.came_along();
  return action.kind == Kind::remove || is_moved || (action.kind == Kind::make && may_be_blocked);
}

std::string
quoted(const model::RelPath& path)
{
  return "'" + escape(path.view()) + "'";
}

} // namespace

Pipeline::Pipeline(Trees& trees, Report& report, const PipelineRules& rules)
    : m_trees(trees), m_report(report), m_rules(rules), m_lines(report.events()),
      m_new_folders([this](const model::RelPath& path) { m_trees.dest().send({proto::FolderSent{path}, {}}); }),
      m_transfers(trees, report, m_lines, m_new_folders, rules.transfer), m_moves(trees)
{
  m_lines.rename(rules.listed_name, rules.real_name);
  m_transfers.on_end([this](Transfers::Ended ended) { transferred(std::move(ended)); });
}

bool
Pipeline::has_room()
{
  return m_transfers.has_room() && m_pending.size() < window_requests;
}

bool
Pipeline::is_idle() const
{
  return m_transfers.is_idle() && m_pending.empty() && !m_moves.has_ready();
}

void
Pipeline::start(model::Action action)
{
  if (m_rules.is_dry) {
    run_dry(action);
  } else if (is_lost(action)) {
    m_lines.none(action.number);
  } else if (!m_moves.holds_back(action)) {
    m_new_folders.go_on_with(action.entry.path, action.entry.is_folder());
    run_moved(std::move(action));
  }
}

// A move is tried, since what waits for it needs its end.
bool
Pipeline::is_lost(const model::Action& action) const
{
  const bool may_be = action.kind == Kind::make || action.kind == Kind::transfer || action.kind == Kind::skip;
  return may_be && !action.for_number && m_new_folders.is_lost(action.entry.path);
}

void
Pipeline::run_dry(const model::Action& action)
{
  if (action.kind == Kind::clear_way || action.kind == Kind::retain) {
    m_lines.none(action.number);
    return;
  }
  m_lines.due(action);
  if (action.kind != Kind::skip && action.kind != Kind::up_to_date) {
    m_report.count_done(action);
  }
  if (action.kind == Kind::skip) {
    skip(action);
  }
}

void
Pipeline::run(model::Action action, bool is_shown)
{
  const std::uint64_t id = action.number;
  switch (action.kind) {
  case Kind::transfer:
    m_transfers.start(std::move(action), is_shown);
    return;
  case Kind::clear_way:
    clear_way(std::move(action));
    return;
  case Kind::make: // of what a folder may be in the way of, the line comes when it is made
    if (!is_shown && !shows_when_done(action)) {
      m_lines.due(action);
    }
    send_make(action);
    break;
  case Kind::set_metadata:
    m_lines.due(action);
    m_trees.dest().send({proto::SetMetadata{id, action.entry}, {}});
    break;
  case Kind::remove: // its line comes when it is gone
    send_remove(action);
    break;
  case Kind::up_to_date:
    m_lines.due(action);
    remove_source(action);
    return;
  case Kind::skip:
    m_lines.due(action);
    skip(action);
    return;
  case Kind::move:
    move(std::move(action));
    return;
  case Kind::retain: // where it fails, so does the move
    m_lines.none(id);
    m_moves.send_retain(action);
    break;
  }
  m_pending.emplace(id, Pending{std::move(action), false});
}

void
Pipeline::send_make(const model::Action& action)
{
  if (action.entry.path.is_root()) { // it was made when it was opened
    m_trees.dest().send({proto::SetMetadata{action.number, action.entry}, {}});
    return;
  }
  // What a rule hides is not listed: it makes way for a folder, too.
  const bool replaces = action.there.has_value() || (action.entry.is_folder() && !m_rules.keeps_existing);
  const bool staged = is_staged(action);
  m_trees.dest().send({proto::Make{action.number, action.entry, replaces, staged}, {}});
  if (staged) {
    m_new_folders.enter(action.entry.path);
  }
}

bool
Pipeline::is_staged(const model::Action& action) const
{
  return m_rules.stages_folders && action.entry.is_folder() && !action.there;
}

void
Pipeline::send_remove(const model::Action& action)
{
  m_trees.dest().send({proto::Remove{action.number, action.entry.path, action.entry.is_folder()}, {}});
}

void
Pipeline::skip(const model::Action& action)
{
  if (action.for_number) {
    refuse_way(*action.for_number);
  }
  if (action.reason == model::Action::Reason::leads_outside) {
    m_report.fail(make_error(ErrorKind::changed, "cannot enter folder " + quoted(action.entry.path) +
                                                     ": a link stands there that leads out of the destination"));
  }
  if (action.reason == model::Action::Reason::unread && m_rules.tells_unread) {
    m_report.fail(make_error(ErrorKind::changed, "cannot remove folder " + quoted(action.entry.path) +
                                                        ": it could not be read"));
  }
  if (action.reason != model::Action::Reason::in_way) {
    return;
  }
  refuse_full_folder(action.entry.path);
}

void
Pipeline::refuse_full_folder(const model::RelPath& path)
{
  const char* what_helps =
      m_rules.may_clear_ways ? ", and something in it had to stay" : "; use --delete or --force to remove it";
  m_report.fail(make_error(ErrorKind::changed, "could not make way for " + quoted(path) +
                                                   ": a folder that is not empty stands there" + what_helps));
}

void
Pipeline::transferred(Transfers::Ended ended)
{
  if (ended.in_way) {
    blocked({std::move(ended.action), ended.is_shown});
    return;
  }
  if (!ended.outcome) {
    if (ended.source_failed) {
      m_on_source_failure();
    }
    if (!m_new_folders.is_lost(ended.action.entry.path)) {
      m_report.fail(std::move(ended.outcome).error());
    }
    return;
  }
  m_report.count_done(ended.action);
  remove_source(ended.action);
}

void
Pipeline::remove_source(const model::Action& action)
{
  const model::Entry& entry = action.entry;
  if (!m_rules.removes_source || m_rules.is_dry || entry.is_folder() || action.kind == Kind::remove) {
    return;
  }
  if (m_rules.removes_source_late && !m_has_ended_waiting) {
    m_removed_late.push_back(action);
  } else {
    send_source_removal(action);
  }
}

void
Pipeline::send_source_removal(const model::Action& action)
{
  const model::Entry& entry = action.entry;
  m_trees.source().send(
      {proto::RemoveSource{{action.number, entry.base, entry.path, entry.size, entry.mtime}}, {}});
  m_pending.emplace(action.number, Pending{action, true});
}

Result<>
Pipeline::on(proto::Message& message, Lease lease)
{
  bool expected = false;
  if (auto* contents = std::get_if<proto::Contents>(&message)) {
    expected = m_transfers.on(*contents, std::move(lease));
  } else if (auto* sums = std::get_if<proto::Sums>(&message)) {
    expected = m_transfers.on(*sums);
  } else if (auto* gaps = std::get_if<proto::Gaps>(&message)) {
    expected = m_transfers.on(*gaps);
  } else if (auto* ops = std::get_if<proto::Ops>(&message)) {
    expected = m_transfers.on(*ops, std::move(lease));
  } else if (auto* end = std::get_if<proto::OpsEnd>(&message)) {
    expected = m_transfers.on(*end);
  } else if (auto* finished = std::get_if<proto::Done>(&message)) {
    for (const std::uint64_t id : finished->ids) {
      TRY(done(id));
    }
    return {};
  } else if (auto* failure = std::get_if<proto::Failed>(&message)) {
    return failed(*failure);
  }
  if (!expected) {
    return make_error(ErrorKind::protocol, "the agent answered what it was not asked");
  }
  return {};
}

Result<>
Pipeline::done(std::uint64_t id)
{
  if (m_transfers.is_mine(id)) {
    m_transfers.done(id);
    return {};
  }
  const auto found = m_pending.find(id);
  if (found == m_pending.end()) {
    return make_error(ErrorKind::protocol, "the agent ended an action that was not under way");
  }
  const Pending pending = std::move(found->second);
  m_pending.erase(found);
  if (pending.is_source_removal) {
    m_report.events().on(model::Notice{2, "sender removed " + escape(pending.action.entry.path.view())});
    return {};
  }
  if (pending.action.kind == Kind::clear_way) {
    cleared(*pending.action.for_number);
    return {};
  }
  if (pending.action.kind == Kind::retain) {
    return {};
  }
  if (pending.action.kind == Kind::move) {
    m_moves.ended(pending.action, true);
  }
  if (shows_when_done(pending.action)) {
    m_lines.due(pending.action);
  }
  m_report.count_done(pending.action);
  remove_source(pending.action);
  return {};
}

Result<>
Pipeline::failed(const proto::Failed& failed)
{
  // What came from the other side made no sense.
  if (failed.kind == ErrorKind::protocol && !m_transfers.is_dropped(failed.id)) {
    return make_error(ErrorKind::protocol, escape_text(failed.text));
  }
  if (m_transfers.is_mine(failed.id)) {
    m_transfers.failed(failed);
    return {};
  }
  const auto found = m_pending.find(failed.id);
  if (found == m_pending.end()) {
    return make_error(ErrorKind::protocol, "the agent failed an action that was not under way");
  }
  Pending pending = std::move(found->second);
  m_pending.erase(found);
  if (failed.in_way && pending.action.kind == Kind::make) {
    const bool is_shown = !shows_when_done(pending.action);
    blocked({std::move(pending.action), is_shown});
    return {};
  }
  if (pending.action.kind == Kind::retain) {
    return {};
  }
  if (pending.action.kind == Kind::move && !pending.action.came_along()) {
    m_report.events().on(model::Notice{2, "not moved: " + escape_text(failed.text)});
    give_up_move(std::move(pending.action));
    return {};
  }
  report_failure(pending, failed);
  return {};
}

void
Pipeline::report_failure(const Pending& pending, const proto::Failed& failed)
{
  if (pending.is_source_removal && failed.errno_value == ENOENT) { // under another name, too
    m_report.events().on(model::Notice{0, "sender file already removed: " + escape(pending.action.entry.path.view())});
    return;
  }
  const bool is_removal = pending.action.kind == Kind::remove || pending.action.kind == Kind::clear_way;
  const bool is_full = is_removal && (failed.errno_value == ENOTEMPTY || failed.errno_value == EEXIST);
  if (shows_when_done(pending.action)) {
    m_lines.none(pending.action.number);
  } else if (pending.action.kind == Kind::clear_way) {
    refuse_way(*pending.action.for_number);
    if (is_full) {
      refuse_full_folder(pending.action.entry.path);
    } else {
      m_report.fail(make_error(ErrorKind::changed, "could not make way for " + quoted(pending.action.entry.path) +
                                                       ": the folder that stands there could not be removed"));
    }
  }
  if (is_full) {
    model::Action action = pending.action;
    action.kind = Kind::skip;
    action.reason = model::Action::Reason::not_empty;
    m_report.events().on(model::ItemPlanned{action});
    return;
  }
  if (pending.action.kind == Kind::make) {
    if (m_new_folders.is_lost(pending.action.entry.path)) {
      return;
    }
    if (pending.action.entry.is_folder()) {
      m_new_folders.lose(pending.action.entry.path);
    }
  }
  m_report.fail({failed.kind, failed.errno_value, escape_text(failed.text), 0});
}

} // namespace godwit::session
