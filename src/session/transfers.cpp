#include "transfers.hpp"

#include <algorithm>
#include <utility>

#include "godwit/base/assert.hpp"

namespace godwit::session {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t window_files = 4096; // of small ones, what a round trip of 100 ms takes
constexpr std::size_t window_bases = 512;  // that the dest may keep open
constexpr std::size_t window_copies = 8192; // several folders of many files: else one lane has all the work
constexpr std::uint64_t window_bytes = 64U << 20U;
constexpr std::uint64_t max_flight_cost = 1U << 20U;       // beyond it the file's ops are paid for on their own
constexpr std::uint32_t max_asked = 64; // requests for finer sums of one file, and more than a source has under way
constexpr std::uint64_t least_exchange = 16U << 10U; // bytes that an exchange of finer sums saves at least
// Links with a shorter one are mostly fast.
constexpr Clock::duration near_round_trip = std::chrono::milliseconds(3);
// Several files can share an exchange: it counts up to this.
constexpr Clock::duration longest_wait = std::chrono::milliseconds(50);
// Bytes a second that a round trip could have carried: the slow links decide.
constexpr double assumed_rate = 5e6;
constexpr std::uint64_t min_delta_bytes = 8U << 10U; // below it sums and a second exchange cost more than they save

// Its old content stands under its name.
bool
replaces_file(const model::Action& action)
{
  return action.there && action.there->is_regular() && !action.replaces;
}

} // namespace

Transfers::Transfers(Trees& trees, Report& report, LineOrder& lines, NewFolders& folders,
                     const TransferRules& rules)
    : m_trees(trees), m_report(report), m_lines(lines), m_folders(folders), m_rules(rules)
{
}

// Once full, it fills again from three quarters on: a file at a time would make batches of one file.
bool
Transfers::has_room()
{
  const std::size_t most = m_rules.copies ? window_copies : window_files;
  const auto holds = [&](std::uint64_t quarters) {
    return m_flights.size() * 4 < most * quarters && m_open_bases * 4 < window_bases * quarters &&
           m_cost * 4 < window_bytes * quarters;
  };
  m_is_full = m_is_full ? !holds(3) : !holds(4);
  return !m_is_full;
}

// Did it before?
bool
Transfers::hold_basis(Flight& flight, bool holds)
{
  const bool held = std::exchange(flight.holds_basis, holds);
  m_open_bases += static_cast<std::size_t>(holds) - static_cast<std::size_t>(held);
  return held;
}

void
Transfers::start(model::Action action, bool is_shown)
{
  const std::uint64_t id = action.number;
  Flight& flight = m_flights[id];
  flight.is_shown = is_shown;
  flight.cost = std::min(action.entry.size, max_flight_cost) + 512;
  flight.is_awaited = m_folders.wait_for(action.entry.path);
  flight.action = std::move(action);
  m_cost += flight.cost;
  dispatch(flight);
}

proto::SourceFile
Transfers::source_file(const Flight& flight) const
{
  const model::Entry& entry = flight.action.entry;
  return {flight.action.number, entry.base, entry.path, entry.size, entry.mtime};
}

std::uint64_t
Transfers::kept_bytes(const Flight& flight) const
{
  const model::Action& action = flight.action;
  const bool grows = replaces_file(action) && action.there->size < action.entry.size;
  return m_rules.append != model::Append::none && grows && !flight.no_delta ? action.there->size : 0;
}

proto::Kept
Transfers::kept(const Flight& flight) const
{
  if (kept_bytes(flight) == 0) {
    return proto::Kept::none;
  }
  return m_rules.append == model::Append::checking ? proto::Kept::checked : proto::Kept::trusted;
}

// What opening took is more than a round trip where the machine is busy, so an echo that came counts as well.
std::chrono::steady_clock::duration
Transfers::round_trip() const
{
  const auto echo = m_trees.remote()->round_trip();
  return echo ? std::min<std::chrono::steady_clock::duration>(m_rules.round_trip, *echo) : m_rules.round_trip;
}

// The split form of a program takes passes over it, some 8 ms of CPU a megabyte: as much as compression.
bool
Transfers::splits_programs() const
{
  using Mode = proto::CompressMode;
  if (m_trees.remote() == nullptr || m_rules.in_place || m_rules.compress == Mode::off) {
    return false;
  }
  return m_rules.compress != Mode::adaptive || round_trip() >= near_round_trip;
}

// Bytes for which one more exchange of finer sums pays; 0: none does.
std::uint64_t
Transfers::least_saving() const
{
  if (m_trees.remote() == nullptr) {
    return 0;
  }
  const std::chrono::duration<double> wait = std::min<std::chrono::duration<double>>(round_trip(), longest_wait);
  return least_exchange + static_cast<std::uint64_t>(wait.count() * assumed_rate);
}

void
Transfers::match(Flight& flight, bool has_sums)
{
  flight.matching = true;
  const std::uint64_t saving = has_sums && !flight.full_hashes ? least_saving() : 0;
  m_trees.source().send({proto::Match{source_file(flight), has_sums, saving, m_rules.in_place, kept(flight),
                                      kept_bytes(flight)},
                         {}});
}

void
Transfers::dispatch(Flight& flight)
{
  const model::Action& action = flight.action;
  const bool has_old = replaces_file(action);
  const bool similar = m_rules.similar && !has_old && !flight.is_awaited; // in a staged folder there is nothing yet
  const bool has_basis = m_rules.keeps_partial || has_old || similar;
  flight.reading = flight.matching = flight.applying = flight.dropped = false;
  flight.summing = 0;
  flight.sums_bytes = flight.ops_bytes = 0;
  if (kept_bytes(flight) != 0) {
    match(flight, false);
  } else if (m_rules.copies) {
    add_to_batch(flight);
  } else if (m_rules.deltas && has_basis && !flight.no_delta && action.entry.size >= min_delta_bytes) {
    ask_sums(flight, similar);
  } else if (is_small(flight)) {
    add_to_batch(flight);
  } else {
    release(flight);
    match(flight, false);
  }
}

void
Transfers::ask_sums(Flight& flight, bool similar)
{
  const model::Entry& entry = flight.action.entry;
  release(flight);
  flight.summing = 1;
  hold_basis(flight, true);
  const bool levels = m_trees.remote() != nullptr && !flight.full_hashes; // finer sums are cut
  const bool splits = levels && splits_programs();
  m_trees.dest().send({proto::Signature{flight.action.number, entry.path, levels, flight.full_hashes, splits, similar,
                                        entry.size, entry.mtime},
                       {}});
}

void
Transfers::show(Flight& flight)
{
  if (!std::exchange(flight.is_shown, true)) {
    m_lines.due(flight.action);
  }
}

// Its folder need not wait for it any more.
void
Transfers::release(Flight& flight)
{
  if (std::exchange(flight.is_awaited, false)) {
    m_folders.sent(flight.action.entry.path);
  }
}

// Of a file that is known there are never more sums than bytes.
bool
Transfers::takes_sums(Flight& flight, const proto::Sums& sums) const
{
  if (flight.summing == 0) {
    return false;
  }
  flight.summing -= sums.is_last ? 1 : 0;
  flight.sums_bytes += sums.part.size();
  const bool is_known = !m_rules.keeps_partial && replaces_file(flight.action);
  return !is_known || flight.sums_bytes <= flight.action.there->size + proto::max_chunk_bytes;
}

bool
Transfers::on(proto::Sums& sums)
{
  const auto found = m_flights.find(sums.id);
  if (found == m_flights.end() || !takes_sums(found->second, sums)) {
    return false;
  }
  if (!found->second.matching) {
    match(found->second, true);
  }
  m_trees.source().send({std::move(sums), {}});
  return true;
}

// What was overwritten in place has no finer sums.
bool
Transfers::may_ask(const Flight& flight) const
{
  return flight.summing < max_asked && !(flight.applying && m_rules.in_place);
}

bool
Transfers::on(proto::Gaps& gaps)
{
  const auto found = m_flights.find(gaps.id);
  if (found == m_flights.end() || !found->second.matching || !may_ask(found->second)) {
    return false;
  }
  ++found->second.summing;
  m_trees.dest().send({std::move(gaps), {}});
  return true;
}

void
Transfers::apply(Flight& flight)
{
  if (!std::exchange(flight.applying, true)) {
    hold_basis(flight, false);
    show(flight);
    m_trees.dest().send({proto::Apply{flight.action.number, flight.action.entry, true,
                                      flight.action.there.has_value(), kept(flight), kept_bytes(flight)},
                         {}});
  }
}

bool
Transfers::on(proto::Ops& ops, Lease lease)
{
  const auto found = m_flights.find(ops.id);
  if (found == m_flights.end() || !found->second.matching) {
    return false;
  }
  Flight& flight = found->second;
  flight.ops_bytes += ops.chunk.size();
  if (flight.ops_bytes / 2 > flight.action.entry.size + proto::max_chunk_bytes) {
    return false; // more than its size can need
  }
  apply(flight);
  m_report.totals().transferred_done += ops.chunk.size();
  m_trees.dest().send({std::move(ops), std::move(lease)});
  return true;
}

bool
Transfers::on(proto::OpsEnd& end)
{
  const auto found = m_flights.find(end.id);
  // It comes when all sums did: what was under way would be a stray.
  if (found == m_flights.end() || !found->second.matching || found->second.summing != 0) {
    return false;
  }
  Flight& flight = found->second;
  flight.matching = false;
  flight.literal_bytes = end.literal_bytes;
  if (end.outcome == proto::ReadOutcome::whole) {
    apply(flight);
    m_trees.dest().send({end, {}});
    return true;
  }
  if (!flight.applying) {
    if (end.outcome != proto::ReadOutcome::changed || !try_again(flight, end.new_size, end.new_mtime)) {
      give_up(flight, end.outcome, end.errno_value);
    }
    return true;
  }
  drop(flight, end);
  return true;
}

void
Transfers::done(std::uint64_t id)
{
  const auto found = m_flights.find(id);
  ASSERT(found != m_flights.end());
  show(found->second);
  end(found, {});
}

void
Transfers::end(Flights::iterator found, Result<> outcome, bool source_failed)
{
  release(found->second);
  Flight flight = std::move(found->second);
  m_flights.erase(found);
  m_cost -= flight.cost;
  if (!flight.is_shown) {
    m_lines.none(flight.action.number);
  }
  if (hold_basis(flight, false)) { // the dest lets the basis go, and does not answer
    proto::OpsEnd cancel;
    cancel.id = flight.action.number;
    cancel.outcome = proto::ReadOutcome::failed;
    m_trees.dest().send({cancel, {}});
  }
  if (outcome) {
    model::Totals& totals = m_report.totals();
    const std::uint64_t size = flight.action.entry.size;
    const std::uint64_t literal = m_rules.copies ? size : std::min(flight.literal_bytes, size);
    totals.literal_bytes += literal;
    totals.matched_bytes += size - literal;
    m_report.events().on(model::FileDone{flight.action.entry.path, literal, size - literal, totals.files,
                                         totals.planned, totals.list_is_complete});
  }
  m_on_end({std::move(flight.action), std::move(outcome), false, source_failed});
}

} // namespace godwit::session
