#pragma once

#include <functional>
#include <map>
#include <set>
#include <vector>

#include "moves.hpp"
#include "transfers.hpp"

namespace godwit::session {

struct PipelineRules {
  TransferRules transfer;
  bool is_dry = false;
  bool stages_folders = false; // new folders are seen once their files are in them
  bool removes_source = false;
  bool removes_source_late = false; // one file may be listed under several names: it stays until all are read
  bool keeps_existing = false; // --ignore-existing
  bool may_clear_ways = false; // a folder that stands in the way may be removed with all that it holds
  bool tells_unread = false; // of unreadable folders of the dest only those that were to go are errors
  model::RelPath listed_name; // of a single item that is renamed; else the root
  model::RelPath real_name;
};

// Executes a plan's actions, many at a time, and is the only one that waits for
// their ends. Used by the controller's thread; never blocks.
class Pipeline
{
public:
  Pipeline(Trees& trees, Report& report, const PipelineRules& rules);

  bool has_room();
  bool is_idle() const;
  // Something of the source could not be read: no removal may follow.
  void on_source_failure(std::function<void()> callback) { m_on_source_failure = std::move(callback); }

  // A move was not done, nor will be: its old name stays to be removed.
  void on_move_failure(std::function<void(const model::Action&)> callback) { m_on_move_failure = std::move(callback); }

  void start(model::Action action);
  // Starts what waited for a move; false: nothing may start now.
  bool resume();
  // Nothing more comes for now: what was collected goes out.
  void flush() { m_transfers.flush(); }
  // Nothing more comes but removals.
  void end_plan() { m_new_folders.leave(); }
  // No action will clear a way any more. What still waits for one has a folder before it that the planner
  // knows nothing of (a rule hides it): it goes if it is empty.
  void end_waiting();
  // Answers about actions; an error is the peer's fault and ends the run.
  Result<> on(proto::Message& message, Lease lease);

private:
  // What the answer to a request of this id means.
  struct Pending {
    model::Action action;
    bool is_source_removal = false;
  };

  // By a folder that stands in its place.
  struct Blocked {
    model::Action action;
    bool is_shown = false;
  };

  void run(model::Action action, bool is_shown);
  void run_moved(model::Action action);
  void run_dry(const model::Action& action);
  bool is_staged(const model::Action& action) const;
  bool is_lost(const model::Action& action) const;
  void send_make(const model::Action& action);
  void send_remove(const model::Action& action);
  void clear_way(model::Action action);
  void skip(const model::Action& action);
  void move(model::Action action);
  void give_up_move(model::Action action);
  void cleared(std::uint64_t number);
  void refuse_way(std::uint64_t number);
  void refuse_full_folder(const model::RelPath& path);
  void blocked(Blocked blocked);
  void give_up(const Blocked& blocked);
  void transferred(Transfers::Ended ended);
  void remove_source(const model::Action& action);
  void send_source_removal(const model::Action& action);
  Result<> done(std::uint64_t id);
  Result<> failed(const proto::Failed& failed);
  void report_failure(const Pending& pending, const proto::Failed& failed);

  Trees& m_trees;
  Report& m_report;
  PipelineRules m_rules;
  LineOrder m_lines;
  NewFolders m_new_folders;
  Transfers m_transfers;
  Moves m_moves;
  std::function<void()> m_on_source_failure;
  std::function<void(const model::Action&)> m_on_move_failure;
  std::map<std::uint64_t, Pending> m_pending;
  std::map<std::uint64_t, Blocked> m_blocked;
  bool m_has_ended_waiting = false;
  std::vector<model::Action> m_removed_late;
  std::set<std::uint64_t> m_refused;                // those whose way stays blocked, told before it was known
  std::set<std::uint64_t> m_cleared;                // ways that were cleared before it was known who needed them
};

} // namespace godwit::session
