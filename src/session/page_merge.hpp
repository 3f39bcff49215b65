#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "godwit/plan/page.hpp"
#include "listing.hpp"
#include "owner_map.hpp"
#include "report.hpp"
#include "scope_check.hpp"

namespace godwit::session {

// Compares the pages of the side that is elsewhere with the same stretches of
// the listing here. Equal ones are dropped; of the others the entries are asked
// for, all pages side by side, and handed on in order. Used by the controller's thread.
class PageMerge
{
public:
  struct Parts {
    model::Side remote_side;
    plan::Recipe recipe;
    const HashKey& key;
    const OwnerMap& owners;
    Report& report;
    EntryQueue& local;  // towards the planner
    EntryQueue& remote;
    const model::Scope& scope;
  };
  explicit PageMerge(const Parts& parts) : m_parts(parts) {}

  void add_local(std::vector<model::Entry> entries, Lease lease);
  // Both fail where it is not what an agent may send: out of order, unasked, or not what the page said.
  Result<> add_page(proto::Page page);
  Result<> add_page_entries(proto::PageListed part);
  void end_local() { m_local_ended = true; }
  void end_remote() { m_remote_ended = true; }

  // Nothing more comes of theirs; of both.
  bool is_remote_done() const { return m_remote_ended && m_slots.empty(); }
  bool is_done() const { return is_remote_done() && m_local_ended && m_buffer.empty(); }

  // As far as it goes; whether anything moved.
  bool advance();
  // Pages to ask for, each once; and how far the agent may forget.
  std::vector<std::uint64_t> take_wanted() { return std::exchange(m_wanted, {}); }
  std::optional<std::uint64_t> take_settled();

private:
  struct Slot {
    Slot(std::uint64_t n, plan::PageSummary&& remote_page, const proto::ListCounts& listed, plan::PageBuilder&& ours,
         ListingCheck theirs)
        : number(n), page(std::move(remote_page)), counts(listed), builder(std::move(ours)), check(std::move(theirs))
    {
    }
    std::uint64_t number;
    plan::PageSummary page;
    proto::ListCounts counts;
    plan::PageBuilder builder;
    ListingCheck check; // of what is listed of theirs
    std::vector<model::Entry> local;
    std::vector<model::Entry> remote;
    bool is_cut = false;     // all of ours is in `local`
    bool is_compared = false;
    bool differs = false;
    bool has_remote = false; // all of theirs is in `remote`
    bool remote_is_moved = false;
  };

  Result<> check_page(const proto::Page& page) const;
  bool cut();
  bool compare();
  bool move_front();
  void want(Slot& slot);
  bool is_equal(Slot& slot, bool& known);
  void count_equal(const Slot& slot);
  void pay_back(std::size_t entries);
  bool may_move() const;

  Parts m_parts;
  std::deque<Slot> m_slots;
  std::uint64_t m_pages = 0;
  model::RelPath m_last; // of the last page
  bool m_last_is_folder = false;
  std::size_t m_cut = 0;      // the slot that our next entry may belong to
  std::size_t m_compared = 0; // slots before it are compared
  std::deque<model::Entry> m_buffer;
  struct Paid {
    std::size_t left;
    Lease lease;
  };
  std::deque<Paid> m_paid;
  bool m_local_ended = false;
  bool m_remote_ended = false;
  std::vector<std::uint64_t> m_wanted;
  std::uint64_t m_settled = 0;
  std::uint64_t m_settled_told = 0;
};

} // namespace godwit::session
