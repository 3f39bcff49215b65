#pragma once

#include <optional>
#include <vector>

#include "godwit/endpoint/endpoint.hpp"
#include "godwit/plan/runs.hpp"
#include "owner_map.hpp"
#include "scope_check.hpp"

namespace godwit::session {

// What a slot works with; all of it outlives it.
struct PageTools {
  model::Side remote_side;
  const OwnerMap& owners;
  plan::PageBuilder& builder; // of our side's digests; between calls it is empty
};

// One page of the far side, and the same stretch of the listing here, until it
// is known which entries differ: digests of runs, then of finer runs inside those
// that differ, then the entries. Pieces are matched by their digests as lines are in a
// diff, which is easy: both sides are sorted, so what is equal is in the same order.
class PageSlot
{
public:
  enum class State {
    filling, // ours are not all here
    full,    // to be compared
    equal,
    asked_runs,
    asked_entries,
    known, // what differs is in both lists
  };

  PageSlot(std::uint64_t number, plan::PageSummary page, const proto::ListCounts& counts, ListingCheck check)
      : m_number(number), m_page(std::move(page)), m_counts(counts), m_check(std::move(check))
  {
  }

  std::uint64_t number() const { return m_number; }
  const plan::PageSummary& page() const { return m_page; }
  const proto::ListCounts& counts() const { return m_counts; }
  State state() const { return m_state; }
  // Ours, in order; once known, those that differ.
  std::vector<model::Entry>& local() { return m_local; }
  std::vector<model::Entry>& remote() { return m_remote; }
  // All of the page is listed: ours may be taken as they come.
  bool is_listed_whole() const { return m_is_listed_whole; }
  bool is_cut() const { return m_is_cut; }

  // Our next entry of the stretch.
  void add_local(model::Entry entry) { m_local.push_back(std::move(entry)); }
  // Ours are so many more than theirs that runs are no use.
  bool is_overfull() const;
  void end_local();
  // Whether the dest has said what each owner in it becomes.
  bool owners_are_known(const PageTools& tools) const;

  // Compares the whole: the state is equal afterwards, or there is something to ask for.
  void compare(const PageTools& tools);
  // Instead: everything is to be listed.
  void list_whole();
  std::uint32_t listed_count() const { return m_listed_count; } // entries that were asked for
  bool wants_runs() const { return m_state == State::asked_runs; }
  // Of what the state says is asked for. No stretches: the whole page.
  proto::RunsWanted runs_request() const;
  proto::PageWanted entries_request() const;

  // Both fail where it is not what an agent may answer.
  Result<> add_runs(const proto::Runs& runs, const PageTools& tools);
  Result<> add_entries(proto::PageListed part);
  // Ours that turned out equal, once: not the planner's business.
  std::vector<model::Entry> take_equal() { return std::exchange(m_equal, {}); }

private:
  // Entries of theirs and of ours that belong together.
  struct Piece {
    std::uint32_t remote_at = 0;
    std::uint32_t remote_count = 0;
    std::uint32_t local_at = 0;
    std::uint32_t local_count = 0;
    bool is_equal = false;
  };
  using Runs = std::vector<plan::Run>;

  bool is_worth_runs(const Piece& piece) const;
  Result<> ask();
  std::vector<proto::Stretch> stretches(bool of_runs) const;
  Result<> check_runs(const Runs& runs) const;
  void split(const Piece& piece, std::span<const plan::Run> theirs, const PageTools& tools, std::vector<Piece>& out);
  bool is_same(const plan::Run& theirs, const plan::Run& ours, const PageTools& tools) const;
  Result<> check_listing();
  void keep_differences();

  std::uint64_t m_number;
  plan::PageSummary m_page;
  proto::ListCounts m_counts;
  ListingCheck m_check;
  State m_state = State::filling;
  bool m_is_cut = false;
  bool m_is_listed_whole = false;
  std::size_t m_level = 0; // of plan::run_grains: the one that is asked for
  std::uint32_t m_listed_count = 0; // that were asked for
  std::vector<Piece> m_pieces;
  std::vector<model::Entry> m_local;
  std::vector<model::Entry> m_remote;
  std::vector<model::Entry> m_equal;
};

// What the dest makes of a source's owners.
std::vector<plan::OwnerIds> mapped(const OwnerMap& map, std::span<const plan::OwnerIds> source);

} // namespace godwit::session
