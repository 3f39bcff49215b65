#pragma once

#include <chrono>
#include <functional>
#include <unordered_map>
#include <vector>

#include "godwit/model/action.hpp"
#include "godwit/model/options.hpp"
#include "line_order.hpp"
#include "new_folders.hpp"
#include "report.hpp"
#include "trees.hpp"

namespace godwit::session {

struct TransferRules {
  bool copies = false;       // both sides are here, and no limit or delta was asked for
  bool deltas = false;       // sums of what is there are asked for first
  bool similar = false;      // with deltas: a new file may be built from one beside it
  bool keeps_partial = false;
  bool in_place = false;
  proto::CompressMode compress = proto::CompressMode::adaptive;
  model::Append append = model::Append::none;
  std::chrono::steady_clock::duration round_trip{}; // to a far end, with what opening took
};

// Regular files on their way: each by the way that is cheapest for it. Used by
// the controller's thread; never waits.
//
//   copy   both sides here: the dest's lane reads and writes
//   batch  small, whole: Read -> Contents -> Put
//   whole  Match -> Ops* OpsEnd -> Apply
//   delta  Signature -> Sums -> Match -> Ops* OpsEnd -> Apply
class Transfers
{
public:
  // How a file ended: the action with the size and time that were copied.
  struct Ended {
    model::Action action;
    Result<> outcome;
    bool in_way = false;       // a folder stands there: start() it once more when that is gone
    bool source_failed = false; // it could not be read
    bool is_shown = false;      // in the way: its line is out already
  };
  using OnEnd = std::function<void(Ended)>;

  Transfers(Trees& trees, Report& report, LineOrder& lines, NewFolders& folders, const TransferRules& rules);

  void on_end(OnEnd callback) { m_on_end = std::move(callback); }
  // `is_shown`: its line is out, this is the try after the way was cleared.
  void start(model::Action action, bool is_shown = false);
  // Sends what was collected for a batch.
  void flush();
  bool is_mine(std::uint64_t id) const { return m_flights.contains(id); }
  // Its source changed while it was read: how it ends at the dest does not matter.
  bool is_dropped(std::uint64_t id) const
  {
    const auto found = m_flights.find(id);
    return found != m_flights.end() && found->second.dropped;
  }
  bool has_room();
  bool is_idle() const { return m_flights.empty(); }

  // Answers; false: of an id that is not on its way, or not in that state.
  bool on(proto::Contents& contents, Lease lease);
  bool on(proto::Sums& sums);
  bool on(proto::Gaps& gaps);
  bool on(proto::Ops& ops, Lease lease);
  bool on(proto::OpsEnd& end);
  void done(std::uint64_t id);
  void failed(const proto::Failed& failed);

private:
  struct Flight {
    model::Action action;
    std::uint64_t cost = 0;
    int attempts = 0;
    bool is_shown = false;
    bool is_awaited = false;   // its folder is staged until the dest has got it
    bool full_hashes = false;  // the second try after a failed check
    bool no_delta = false;     // the third
    bool reading = false;      // Read was sent: Contents may come
    std::uint32_t summing = 0; // Signature and Gaps that were sent: Sums of so many may come
    bool holds_basis = false;  // Signature was sent, Apply not yet: the dest keeps the basis open
    bool matching = false;     // Match was sent
    std::uint64_t sums_bytes = 0; // that came for this attempt
    std::uint64_t ops_bytes = 0;
    bool applying = false;     // Apply was sent
    bool dropped = false;      // the dest was told to drop it: its answer only ends the attempt
    std::uint64_t literal_bytes = 0;
    Error cause;               // why it was dropped
  };
  using Flights = std::unordered_map<std::uint64_t, Flight>; // they stay where they are in memory

  bool hold_basis(Flight& flight, bool holds);
  void dispatch(Flight& flight);
  bool retry_check(Flight& flight);
  void add_to_batch(Flight& flight);
  void ask_sums(Flight& flight, bool similar);
  proto::SourceFile source_file(const Flight& flight) const;
  bool is_small(const Flight& flight) const;
  // How much of the dest's file stays, as the user wants it to.
  std::uint64_t kept_bytes(const Flight& flight) const;
  proto::Kept kept(const Flight& flight) const;
  std::chrono::steady_clock::duration round_trip() const;
  bool splits_programs() const;
  std::uint64_t least_saving() const;
  void match(Flight& flight, bool has_sums);
  void show(Flight& flight);
  void release(Flight& flight);
  bool may_ask(const Flight& flight) const;
  bool takes_sums(Flight& flight, const proto::Sums& sums) const;
  void apply(Flight& flight);
  // The source could not give it, or not as listed: once more, or the end.
  void give_up(Flight& flight, proto::ReadOutcome outcome, int errno_value);
  bool try_again(Flight& flight, std::uint64_t new_size, model::Time new_mtime);
  // The same once Apply was sent: the dest is told first, and failed() goes on.
  void drop(Flight& flight, const proto::OpsEnd& end);
  void end(Flights::iterator flight, Result<> outcome, bool source_failed = false);

  Trees& m_trees;
  Report& m_report;
  LineOrder& m_lines;
  NewFolders& m_folders;
  TransferRules m_rules;
  OnEnd m_on_end;
  Flights m_flights;
  std::uint64_t m_cost = 0;
  std::size_t m_open_bases = 0;
  bool m_is_full = false;
  std::vector<std::uint64_t> m_batch; // of one folder
  std::uint64_t m_batch_bytes = 0;
  model::RelPath m_batch_folder;
};

} // namespace godwit::session
