#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "godwit/model/event.hpp"

namespace godwit::session {

// Lets the lines of actions out in plan order, each once it is due; a transfer's
// is when its source is open. Holds what waits for an earlier one. What a plan
// held back for moves is numbered on its own, and waits for none of the others.
class LineOrder
{
public:
  explicit LineOrder(model::EventSink& events) : m_events(events) {}

  // A single item that gets another name is told by the one it has at the source.
  void rename(model::RelPath listed, model::RelPath real)
  {
    m_listed = std::move(listed);
    m_real = std::move(real);
  }

  // Of each number once: its line, or that there is none.
  void due(const model::Action& action) { settle(action.number, action); }
  void none(std::uint64_t number) { settle(number, std::nullopt); }

private:
  struct Sequence {
    std::uint64_t next;
    std::map<std::uint64_t, std::optional<model::Action>> waiting;
  };

  void settle(std::uint64_t number, std::optional<model::Action> action)
  {
    Sequence& sequence = m_sequences[number < model::Action::first_held ? 0 : 1];
    auto& waiting = sequence.waiting;
    waiting.emplace(number, std::move(action));
    while (!waiting.empty() && waiting.begin()->first == sequence.next) {
      if (auto& line = waiting.begin()->second) {
        if (!m_listed.is_root() && line->entry.path == m_listed) {
          line->entry.path = m_real;
        }
        m_events.on(model::ItemPlanned{*std::move(line)});
      }
      waiting.erase(waiting.begin());
      ++sequence.next;
    }
  }

  model::EventSink& m_events;
  model::RelPath m_listed; // the root: nothing is renamed
  model::RelPath m_real;
  std::array<Sequence, 2> m_sequences{Sequence{0, {}}, Sequence{model::Action::first_held, {}}};
};

} // namespace godwit::session
