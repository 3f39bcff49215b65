#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <vector>

#include "godwit/plan/planner.hpp"
#include "godwit/plan/removals.hpp"
#include "plan/content_proofs.hpp"
#include "plan/held_actions.hpp"
#include "plan/move_sources.hpp"

namespace godwit::plan
{

// Makes moves of held actions, once all is known: who takes which source, by what way and in what order.
// One after the other: take_folders(), take_files(), let_go().
class MovePlan
{
public:
  // All references outlive it.
  struct Parts {
    const PlanRules& rules;
    MoveSources& sources;
    const ContentProofs& proofs;
    Removals& removals;
    DeleteLimit& limit;
    bool is_blocked;
  };
  MovePlan(const Parts& parts, HeldActions& held) : m_parts(parts), m_held(held) {}

  // New folders that are those of the dest. What differs in them becomes an update in its new place.
  void take_folders(const std::vector<FolderPair>& pairs);
  // All other files whose content is there.
  void take_files();
  // Actions that must come after a folder's move come last; what is to be retained comes first.
  void let_go(Ticket next_ticket, std::deque<model::Action>& to);

private:
  // A held action in a pair, and what has its place in the folder of the dest.
  struct Place {
    Ticket ticket;
    MoveSources::Id there;
  };

  bool find_places(const FolderPair& pair, std::vector<Place>& places) const;
  bool is_worth_it(const FolderPair& pair, const std::vector<Place>& places) const;
  void take_folder(const FolderPair& pair, const std::vector<Place>& places);
  void take_place(const FolderPair& pair, const Place& place);
  bool is_same(const Held& held, MoveSources::Id there) const;
  model::Changes changes(const model::Entry& wanted, const model::Entry& there) const;
  const FolderPair* pair_around(const model::RelPath& source) const;
  void take_file(Held& held, bool is_last);
  bool take_name(MoveSources::Source& source);

  Parts m_parts;
  HeldActions& m_held;
  std::vector<FolderPair> m_folders; // those that move
  std::set<Ticket> m_late;
  std::vector<model::Action> m_retained; // their numbers are still to be given
};

// Of a move that was not done.
void put_back(MoveSources& sources, Removals& removals, DeleteLimit& limit, const model::Origin& origin);

} // namespace godwit::plan
