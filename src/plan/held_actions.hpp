#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "godwit/base/hash.hpp"
#include "godwit/model/action.hpp"
#include "plan/move_sources.hpp"

namespace godwit::plan
{

// The place of a held action in the listing: tickets grow.
using Ticket = std::uint64_t;

// An action that waits to be known as a move.
struct Held {
  model::Action action;
  Ticket top = 0; // the new folder that it lies in, or itself
  std::vector<MoveSources::Id> candidates; // the next to be proved last
  MoveSources::Id match = MoveSources::none; // the one that was

  bool
  is_file() const
  {
    return action.kind == model::Action::Kind::transfer && action.entry.size > 0;
  }
  bool
  is_new() const
  {
    return !action.there;
  }
};
using HeldActions = std::map<Ticket, Held>;

// A new folder, and the one of the dest that it is taken for.
struct FolderPair {
  Ticket folder = 0;
  MoveSources::Id source = MoveSources::none;
};

} // namespace godwit::plan
