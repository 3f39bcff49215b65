#pragma once

#include <optional>
#include <vector>

#include "godwit/endpoint/endpoint.hpp"
#include "godwit/plan/elements.hpp"
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
// is known which entries differ. The far side is asked for them by a sketch of ours, which
// is enough where they are few, and what it answers is held to the digest of its page. Else by digests of runs,
// then of finer runs inside those that differ, then for the entries. Pieces are matched by their digests as lines
// are in a diff, which is easy: both sides are sorted, so what is equal is in the same order.
class PageSlot
{
public:
  enum class State {
    filling, // ours are not all here
    full,    // to be compared
    equal,
    asked_differences,
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

  // Compares the whole: the state is equal afterwards, or there is something to ask for. `grade`: of
  // plan::sketch_capacities, the first that is worth a try.
  void compare(const PageTools& tools, std::size_t grade);
  // Instead: everything is to be listed.
  void list_whole();
  // Entries that were asked for; with a sketch, that it may find.
  std::uint32_t listed_count() const { return m_listed_count; }
  bool wants_differences() const { return m_state == State::asked_differences; }
  bool wants_runs() const { return m_state == State::asked_runs; }
  std::size_t grade() const { return m_grade; } // of the sketch that is asked with
  // Of what the state says is asked for. No stretches: the whole page.
  proto::DifferencesWanted differences_request() const;
  proto::RunsWanted runs_request() const;
  proto::PageWanted entries_request() const;

  // All fail where it is not what an agent may answer.
  Result<> add_differences(proto::Differences differences, const PageTools& tools);
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

  void ask_differences();
  void ask_runs();
  bool take_differences(proto::Differences&& differences, const PageTools& tools);
  std::vector<Piece> pieces_around(const std::vector<std::uint32_t>& only_here) const;
  bool fills_page(const PageTools& tools) const;
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
  std::size_t m_grade = 0; // of plan::sketch_capacities
  std::vector<plan::Element> m_elements; // of ours, while differences are asked for
  std::size_t m_level = 0; // of plan::run_grains: the one that is asked for
  std::uint32_t m_listed_count = 0; // that were asked for
  std::vector<Piece> m_pieces;
  std::vector<model::Entry> m_local;
  std::vector<model::Entry> m_remote;
  std::vector<model::Entry> m_equal;
};

// What the dest makes of a source's owners.
std::vector<plan::OwnerIds> mapped(const OwnerMap& map, std::span<const plan::OwnerIds> source);

// Numbers owners of ours by those of the page that they are equal to: the first one, where several would do.
// Borrows both until it goes.
class OwnerMatch
{
public:
  static constexpr std::uint32_t none = 0xFFFFFFFFU;

  OwnerMatch(const plan::PageSummary& page, const PageTools& tools);
  std::uint32_t operator()(const plan::OwnerIds& ours);

private:
  std::uint32_t find(const plan::OwnerIds& ours) const;

  const plan::PageSummary& m_page;
  const PageTools& m_tools;
  std::vector<plan::OwnerIds> m_theirs; // as the dest would set them, or has them
  plan::OwnerIds m_last; // what it was asked last: mostly all entries are of one owner
  std::optional<std::uint32_t> m_last_number;
};

} // namespace godwit::session
