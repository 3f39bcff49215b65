// What Transfers does about files that could not be read, checked or written: once more, or the end.

#include <utility>

#include "godwit/base/assert.hpp"
#include "godwit/base/escape.hpp"
#include "transfers.hpp"

namespace godwit::session {

namespace {

Error
source_error(const model::RelPath& path, proto::ReadOutcome outcome, int errno_value)
{
  const std::string name = "'" + escape(path.view()) + "'";
  switch (outcome) {
  case proto::ReadOutcome::vanished:
    return make_error(ErrorKind::vanished, "file has vanished: " + name);
  case proto::ReadOutcome::changed:
    return make_error(ErrorKind::changed, "cannot copy " + name + ": it changed while it was read, twice");
  case proto::ReadOutcome::whole:
  case proto::ReadOutcome::failed:
    break;
  }
  Error error = sys_error("cannot read " + name, errno_value);
  error.kind = ErrorKind::unreadable;
  return error;
}

} // namespace

bool
Transfers::try_again(Flight& flight, std::uint64_t new_size, model::Time new_mtime)
{
  if (flight.attempts++ != 0) {
    return false;
  }
  flight.action.entry.size = new_size;
  flight.action.entry.mtime = new_mtime;
  dispatch(flight);
  return true;
}

void
Transfers::give_up(Flight& flight, proto::ReadOutcome outcome, int errno_value)
{
  const auto found = m_flights.find(flight.action.number);
  end(found, source_error(flight.action.entry.path, outcome, errno_value),
      outcome != proto::ReadOutcome::vanished);
}

void
Transfers::drop(Flight& flight, const proto::OpsEnd& end)
{
  flight.dropped = true;
  flight.cause = source_error(flight.action.entry.path, end.outcome, end.errno_value);
  flight.action.entry.size = end.new_size;
  flight.action.entry.mtime = end.new_mtime;
  m_trees.dest().send({end, {}});
}

// First with hashes that no accident can match, then without any.
bool
Transfers::retry_check(Flight& flight)
{
  if (flight.no_delta) {
    return false;
  }
  const bool had_sums = flight.sums_bytes != 0;
  flight.no_delta = !had_sums || flight.full_hashes;
  flight.full_hashes = true;
  m_report.events().on(model::Notice{1, "check of '" + escape(flight.action.entry.path.view()) +
                                            "' failed, sending it " +
                                            (flight.no_delta ? "whole" : "again with full hashes")});
  dispatch(flight);
  return true;
}

void
Transfers::failed(const proto::Failed& failed)
{
  const auto found = m_flights.find(failed.id);
  ASSERT(found != m_flights.end());
  Flight& flight = found->second;
  if (flight.dropped) {
    const Error cause = flight.cause;
    if (cause.kind == ErrorKind::changed &&
        try_again(flight, flight.action.entry.size, flight.action.entry.mtime)) {
      return;
    }
    end(found, cause, cause.kind != ErrorKind::vanished);
    return;
  }
  if (failed.kind == ErrorKind::verify && retry_check(flight)) {
    return;
  }
  Error error{failed.kind, failed.errno_value, escape_text(failed.text), 0};
  if (failed.in_way) {
    release(flight);
    hold_basis(flight, false);
    Ended ended{std::move(flight.action), std::move(error), true, false, flight.is_shown};
    m_cost -= flight.cost;
    m_flights.erase(found);
    m_on_end(std::move(ended));
    return;
  }
  const bool at_source = failed.kind == ErrorKind::unreadable || failed.kind == ErrorKind::changed;
  if (!at_source && failed.kind != ErrorKind::vanished && !m_folders.is_lost(flight.action.entry.path)) {
    show(flight);
  }
  if (failed.kind == ErrorKind::vanished) {
    error = source_error(flight.action.entry.path, proto::ReadOutcome::vanished, 0);
  }
  end(found, std::move(error), at_source);
}

} // namespace godwit::session
