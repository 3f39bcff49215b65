#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "godwit/base/result.hpp"
#include "godwit/model/action.hpp"
#include "godwit/model/entry.hpp"
#include "godwit/model/options.hpp"
#include "godwit/model/scope.hpp"
#include "godwit/model/side.hpp"
#include "godwit/plan/compare.hpp"

namespace godwit::plan
{

struct PlanRules {
  CompareRules compare;
  model::Scope scope;
  model::Depth depth = model::Depth::all;
  bool links = false;
  bool devices = false;
  bool specials = false;
  bool update = false;
  bool existing = false;
  bool ignore_existing = false;
  bool only_appends = false; // a file that is not longer than the dest's is left alone
  std::optional<std::uint64_t> min_size;
  std::optional<std::uint64_t> max_size;
  bool collects_removals = false; // --delete in any form; false in the second pass of --delete-before
  bool only_removals = false;     // the first pass of --delete-before: no other action comes out
  bool may_clear_way = false;     // --delete or --force: a folder in the way goes with what it holds
  bool ignore_errors = false;
  bool detects_renames = false;
  // False: what is replaced is overwritten in place, so that nothing may have its old content.
  bool moves_replaced = true;
  bool reports_up_to_date = true;          // false: no `up_to_date` comes out
  std::optional<std::uint64_t> max_delete; // in the second pass what the first has left

  // As for a single pass.
  static PlanRules from(const model::Options& options, model::Scope scope, std::uint32_t umask);
};

// A file to be hashed, to prove that it is another one's old or new name.
struct ProofWanted {
  std::uint64_t id = 0;
  model::Side side = model::Side::source;
  std::uint32_t base = 0;
  model::RelPath path;
  std::uint64_t size = 0;
  model::Time mtime;
  bool sampled = false; // a sample of it will do
};

struct Proof {
  std::uint64_t id = 0;
  bool is_whole = false; // it could be read, and is as it was listed
  Hash128 hash;
  std::uint64_t state = 0; // for Origin
};

// What is to be done where a move, or the move of the folder around it, did not come off.
model::Action as_if_new(model::Action move);

// Merges the listings of both sides into actions. Pure, and never blocks. Used by one thread.
//
//   do:    while (auto action = planner.take()) use it
//          feed, or end, a side that the planner wants
//   until planner.is_done(); then: while (auto action = planner.take_removal()) use it
//
// Entries come in listing order; of pages that were found equal nothing is fed, so the folders that later
// entries lie in may be missing. Actions come in listing order, a folder's `make` or `set_metadata` before
// those of its contents, and are numbered from 0; removals after all others.
//
// What the source lists and a rule leaves out (links without -l, say) comes out as `skip`; what lies in a
// folder that is left out does not come out at all. Names of type `unknown` neither.
//
// Type changes. A non-folder in the way of a folder: `make` with `replaces`. A folder in the way of a
// non-folder is met after that one's action: when the planner has passed the folder, it emits, with
// `for_number` set to the action that waits, `remove` for what it holds, and then either `clear_way` (remove
// the folder itself, which is neither counted nor reported, and run that action) or `skip` (`in_way`: 'could
// not make way', exit 23). Until then the pipeline holds back an action that the dest answers with 'in way'.
// Under --ignore-existing such an action comes only when the dest's folder is through and holds no such name.
//
// Moves, with `detects_renames`. What is new is held back as long as something that only the dest has may turn
// out to be its old name, as are files of one folder that replace each other's content; so its actions come
// late, but numbered in listing order among each other. Where names, sizes and times suggest it, proofs are
// wanted, and what is proved comes out as `move`. The old name goes with it, counted by `max_delete`; where it
// may not go, the move is a copy. Of a renamed folder all that it holds comes out as well, with the origin
// `along`. At most 64 MiB of actions are held; past that all are let go as they are.
//
// -K: the dest lists a link to a folder twice: as the link that it is and, among the folders, as a folder
// flagged `through_link`, followed by what it holds (nothing where it leads to a folder above it). One that
// `leads_outside` and is a folder of the source comes out as `skip`.
class Planner
{
public:
  explicit Planner(PlanRules rules);
  ~Planner();
  Planner(Planner&&) noexcept;
  Planner& operator=(Planner&&) noexcept;

  // Whether it cannot go on without that side's next entry, or its end. False while actions wait to be taken.
  bool wants(model::Side side) const;
  // Only when wanted. Fails with ErrorKind::protocol where the listing is out of order.
  Result<> feed(model::Side side, model::Entry entry);
  void end(model::Side side);
  // That side's next entry, which may be long in coming, lies behind this place: until there the
  // other side can go on alone. Only when that side is wanted, or before it is.
  void nothing_until(model::Side side, const model::RelPath& path, bool is_folder);

  std::optional<model::Action> take();
  bool is_done() const;

  // What is to be hashed, each once; the answers, in any order. Until all are in, is_done() is false.
  std::optional<ProofWanted> take_proof();
  void proved(const Proof& proof);
  // A move that was not done, nor will be: its old name is to be removed after all.
  void move_failed(const model::Action& move);

  // Something of the source could not be read: what take_removal() has not given yet stays, unless
  // --ignore-errors. Entries that say so themselves (`unknown`, `is_incomplete`) need no call. At any time.
  void source_failed();
  // Whether anything stays for that reason.
  bool has_dropped_removals() const;

  // Once is_done(): what --delete takes away (`remove`, `skip`).
  std::optional<model::Action> take_removal();
  // Names that stay because of --max-delete; more than none is exit 25.
  std::uint64_t skipped_by_limit() const;
  std::optional<std::uint64_t> limit_left() const;

private:
  class State;
  std::unique_ptr<State> m_state;
};

} // namespace godwit::plan
