#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "godwit/plan/planner.hpp"
#include "godwit/plan/removals.hpp"
#include "plan/content_proofs.hpp"
#include "plan/held_actions.hpp"
#include "plan/move_sources.hpp"

namespace godwit::plan
{

// Holds back what may turn out to be a move until that is known, and lets it go as one, or as it is.
class Renames
{
public:
  // Numbers of what is held: a sequence of its own, in listing order.
  static constexpr Ticket first_ticket = model::Action::first_held;
  static constexpr std::size_t max_held_bytes = 64U << 20U;

  // All references outlive it.
  struct Parts {
    const PlanRules& rules;
    Removals& removals;
    DeleteLimit& limit;
    const bool& is_blocked;
    std::deque<model::Action>& actions; // what is let go is added
  };
  explicit Renames(const Parts& parts);

  // Takes the action, or leaves it. In listing order.
  std::optional<Ticket> hold(model::Action& action);
  // Only the dest has it; `none`: and it stays. In listing order.
  void offer(const model::Entry& dest, Removals::Index removal);
  // A file or the like that was offered: a folder of the source takes its place.
  void withdraw(const model::RelPath& file);
  // The listings have come to this name.
  void pass(const model::Entry& entry);
  // Lets it go now, as it is, if it is held.
  void release(Ticket ticket);
  // Nothing of the dest comes any more; nothing at all.
  void dest_is_done();
  void all_is_done();

  bool
  is_settled() const
  {
    return m_held.empty();
  }
  std::optional<ProofWanted>
  take_proof()
  {
    return m_proofs.take();
  }
  void proved(const Proof& proof);
  void failed(const model::Action& move);

private:
  Ticket keep(model::Action&& action, std::optional<Ticket> top);
  std::optional<Ticket> hold_file(model::Action& action);
  Ticket hold_in_open(model::Action& action);
  bool is_held_update(const model::Action& action) const;
  void enter_folder(const model::RelPath& folder);
  void settle_folder();
  bool is_related(const Held& update) const;
  void close_top();
  void judge(Ticket top);
  bool find_candidates(Ticket ticket, Held& held);
  void prefer_pairs(const std::vector<FolderPair>& pairs);
  void ask(Ticket top);
  void release_group(Ticket top);
  void release_all();
  void decide_if_known();

  Parts m_parts;
  bool m_is_on;
  MoveSources m_sources;
  ContentProofs m_proofs{m_sources};
  HeldActions m_held;
  std::size_t m_held_bytes = 0;
  Ticket m_next_ticket = first_ticket;
  std::vector<FolderPair> m_pairs;
  std::set<Ticket> m_unsettled; // those that wait for proofs
  bool m_dest_is_done = false;
  bool m_all_is_done = false;
  // A new folder whose contents still come, and how many files in it have no candidate.
  std::optional<Ticket> m_open;
  model::RelPath m_open_path;
  std::size_t m_unmatched = 0;
  bool m_has_matched = false;
  // The folder that the listings are in: files that may replace each other's content.
  model::RelPath m_folder;
  std::vector<Ticket> m_updates;
  std::map<std::uint64_t, std::size_t> m_sizes_there;
  std::map<std::uint64_t, std::size_t> m_sizes_wanted;
};

} // namespace godwit::plan
