#pragma once

#include <array>
#include <deque>
#include <optional>
#include <vector>

#include "listing.hpp"
#include "owner_map.hpp"
#include "page_slot.hpp"
#include "report.hpp"

namespace godwit::session {

// Compares the pages of the side that is elsewhere with the same stretches of
// the listing here. Equal ones are dropped; of the others it is found out what
// differs, all pages side by side, and that is handed on in order. Used by the controller's thread.
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
    // The first pages that differ too much for a sketch are listed whole: their bytes take less time than the
    // questions.
    std::size_t listed_at_once = 0;
  };
  explicit PageMerge(const Parts& parts);

  void add_local(std::vector<model::Entry> entries, Lease lease);
  // All fail where it is not what an agent may send: out of order, unasked, or not what the page said.
  Result<> add(proto::Message& message, bool& is_of_pages); // whichever of these it is
  Result<> add_page(proto::Page page);
  Result<> add_differences(proto::Differences differences);
  Result<> add_runs(const proto::Runs& runs);
  Result<> add_page_entries(proto::PageListed part);
  void end_local() { m_local_ended = true; }
  void end_remote() { m_remote_ended = true; }

  // Nothing more comes of theirs; of both.
  bool is_remote_done() const { return m_remote_ended && m_slots.empty(); }
  bool is_done() const { return is_remote_done() && m_local_ended && m_buffer.empty(); }

  // As far as it goes; whether anything moved.
  bool advance();
  // What to ask the agent and tell it.
  std::vector<proto::Message> take_requests();

private:
  using State = PageSlot::State;

  Result<> check_page(const proto::Page& page) const;
  PageSlot* find_slot(std::uint64_t number);
  bool cut();
  bool compare();
  bool move_front();
  bool move_rest();
  void pop_front();
  void ask(PageSlot& slot);
  void list_at_once(PageSlot& slot);
  std::size_t first_grade() const;
  void ask_in_turn();
  void ask_entries(PageSlot& slot);
  void take_equal(PageSlot& slot);
  void pay_back(std::size_t entries);
  bool may_move() const;
  PageTools tools() { return {m_parts.remote_side, m_parts.owners, m_builder}; }

  Parts m_parts;
  plan::PageBuilder m_builder;
  std::deque<PageSlot> m_slots;
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
  std::vector<proto::Message> m_requests;
  std::deque<std::uint64_t> m_to_list;  // pages whose entries are to be asked for, when there is room
  // Of each grade, how many more pages it was not enough for than it was.
  std::array<std::size_t, std::size(plan::sketch_capacities)> m_failed_sketches{};
  std::size_t m_asked = 0;              // entries that were asked for and have not gone on
  std::uint64_t m_settled = 0;
  std::uint64_t m_settled_told = 0;
};

} // namespace godwit::session
