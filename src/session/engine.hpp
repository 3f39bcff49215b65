#pragma once

#include <chrono>
#include <optional>
#include <stop_token>

#include "godwit/plan/planner.hpp"
#include "listing.hpp"
#include "owner_map.hpp"
#include "page_merge.hpp"
#include "pipeline.hpp"
#include "proofs.hpp"
#include "scope_check.hpp"

namespace godwit::session {

// One pass: both sides' listings into the planner, its actions into the
// pipeline, until all is done. The controller's only loop; it waits for the
// inbox and for nothing else.
class Engine
{
public:
  struct Parts {
    const model::Options& options;
    Trees& trees;
    Inbox& inbox;
    Report& report;
    OwnerMap& owners;
    std::stop_token stop;
    const HashKey& key;
    const model::Scope& scope;
    std::optional<plan::Recipe> recipe; // the far side lists pages by it
    bool counts = true;            // false: a pass before the one that counts
    bool root_is_new = false;      // the dest's root was made for this run
    std::size_t listed_at_once = 0; // pages that differ
    bool lists_source_first = false; // the dest lies inside the source: nothing changes while that is listed
  };
  Engine(const Parts& parts, plan::PlanRules rules, const PipelineRules& pipeline);

  // A source operand could not be opened.
  void source_failed() { m_planner.source_failed(); }
  // `early` has arrived already. Errors are those that end the run.
  Result<> run(std::vector<Arrival> early);
  // After run(): says what was left undone.
  void conclude();
  std::optional<std::uint64_t> limit_left() const { return m_planner.limit_left(); }

private:
  using Clock = std::chrono::steady_clock;

  Result<> handle(Arrival arrival);
  Result<> check_listing(model::Side side, const proto::Message& message);
  Result<> handle_listing(model::Side side, proto::Message& message, Lease& lease, bool& taken);
  bool needs_all_of_dest() const;
  void handle_listed(model::Side side, std::vector<model::Entry> entries, Lease& lease);
  void end_listing(model::Side side);
  void note_transfer();
  void count_listed(const model::Entry& entry);
  bool advance_pages();
  void ask_proofs();
  Result<> take_proofs(model::Side side, const proto::Hashes& hashes);
  Result<> advance();
  bool feed(model::Side side, Result<>& outcome);
  bool take_removals();
  EntryQueue& queue(model::Side side) { return side == model::Side::source ? m_source : m_dest; }
  bool is_finished() const;
  void report_progress();

  Parts m_parts;
  plan::Planner m_planner;
  Pipeline m_pipeline;
  Proofs m_proofs;
  EntryQueue m_source;
  EntryQueue m_dest;
  std::optional<PageMerge> m_pages;
  ListingCheck m_check; // of the far side's entries, where they come without pages
  bool m_source_is_listed = false;
  bool m_dest_is_listed = false;
  bool m_removing = false;
  bool m_removals_done = false;
  Clock::time_point m_started = Clock::now();
  Clock::time_point m_next_progress = m_started;
};

} // namespace godwit::session
