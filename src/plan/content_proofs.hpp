#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "godwit/plan/planner.hpp"
#include "plan/held_actions.hpp"

namespace godwit::plan
{

// Finds out, file by file, whether what a held action wants is what one of its candidates holds:
// the candidates one after the other, unlikely ones by a sample first.
class ContentProofs
{
public:
  explicit ContentProofs(const MoveSources& sources) : m_sources(sources) {}

  // Goes on with the file as far as what is known allows. True: it is settled (`match` says how).
  bool advance(Ticket ticket, Held& held);
  std::optional<ProofWanted> take();
  // Who waited for it.
  std::vector<Ticket> take_in(const Proof& proof);
  std::uint64_t
  state_of(MoveSources::Id source) const
  {
    return m_states.at(source);
  }

private:
  struct Key {
    model::Side side;
    std::uint64_t file; // a ticket or a source
    bool sampled;
    auto operator<=>(const Key&) const = default;
  };
  struct Answer {
    bool is_known = false;
    std::optional<Hash128> hash; // none: it could not be read
    std::vector<Ticket> waiting;
  };
  enum class Verdict : std::uint8_t { same, other, unknown };

  Verdict compare(Ticket ticket, const Held& held, bool sampled);
  const Answer& ask(const Key& key, const model::Entry& entry, Ticket asker);

  const MoveSources& m_sources;
  std::map<Key, Answer> m_answers;
  std::map<std::uint64_t, Key> m_asked;
  std::map<MoveSources::Id, std::uint64_t> m_states;
  std::deque<ProofWanted> m_wanted;
  std::uint64_t m_next_id = 0;
};

} // namespace godwit::plan
