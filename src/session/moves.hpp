#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "godwit/model/action.hpp"
#include "trees.hpp"

namespace godwit::session {

// Moves at the dest, and what has to wait for the folder around it to be moved. Used by the
// controller's thread.
class Moves
{
public:
  explicit Moves(Trees& trees) : m_trees(trees) {}

  // Takes an action that is not to run yet.
  bool holds_back(model::Action& action);
  // It was to come after a folder's move that was not done.
  bool is_void(const model::Action& action) const { return action.after && m_failed.contains(*action.after); }
  // The next that may run now.
  std::optional<model::Action> take_ready();
  bool has_ready() const { return !m_ready.empty(); }

  // False: nothing needs to be sent, it is so already.
  bool send(const model::Action& action);
  void send_retain(const model::Action& action);
  void ended(const model::Action& move, bool is_done);

private:
  Trees& m_trees;
  std::map<std::uint64_t, std::vector<model::Action>> m_waiting; // for a folder's move that is under way
  std::deque<model::Action> m_ready;
  std::set<std::uint64_t> m_failed;
};

} // namespace godwit::session
