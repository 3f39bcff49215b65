#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "godwit/plan/planner.hpp"
#include "trees.hpp"

namespace godwit::session {

// Has both sides hash the files that a plan wants proofs of, many at a time. Used by the
// controller's thread; never waits.
class Proofs
{
public:
  explicit Proofs(Trees& trees) : m_trees(trees) {}

  bool has_room() const;
  void ask(const plan::ProofWanted& wanted);
  // Sends what was collected.
  void flush();
  // Fails where that side was not asked for them.
  Result<std::vector<plan::Proof>> on(model::Side side, const proto::Hashes& hashes);

private:
  struct Batch {
    proto::Hash request;
    std::uint64_t bytes = 0;
  };
  Batch& batch(model::Side side) { return side == model::Side::source ? m_source : m_dest; }
  void send(model::Side side);

  Trees& m_trees;
  Batch m_source;
  Batch m_dest;
  std::map<std::uint64_t, model::Side> m_asked;
};

} // namespace godwit::session
