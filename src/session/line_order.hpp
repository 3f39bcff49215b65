#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

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
  void due(const model::Action& action)
  {
    if (!m_events.shows(action)) {
      none(action.number);
    } else if (Sequence& sequence = sequence_of(action.number); action.number != sequence.next) {
      sequence.wait(action.number, std::make_unique<model::Action>(action));
    } else {
      tell(action);
      pass(sequence);
    }
  }
  void none(std::uint64_t number)
  {
    if (Sequence& sequence = sequence_of(number); number != sequence.next) {
      sequence.wait(number, nullptr);
    } else {
      pass(sequence);
    }
  }

private:
  struct Waiting {
    bool is_settled = false;
    std::unique_ptr<model::Action> line; // null: there is none
  };
  struct Sequence {
    std::uint64_t next;
    std::deque<Waiting> waiting; // of `next` and those after it

    void wait(std::uint64_t number, std::unique_ptr<model::Action> line)
    {
      if (number < next) {
        return; // it was told
      }
      const auto at = static_cast<std::size_t>(number - next);
      if (at >= waiting.size()) {
        waiting.resize(at + 1);
      }
      waiting[at] = {true, std::move(line)};
    }
  };

  Sequence& sequence_of(std::uint64_t number) { return m_sequences[number < model::Action::first_held ? 0 : 1]; }

  // The next is settled: so may be those that waited for it.
  void pass(Sequence& sequence)
  {
    do {
      ++sequence.next;
      if (!sequence.waiting.empty()) {
        sequence.waiting.pop_front();
      }
      if (!sequence.waiting.empty() && sequence.waiting.front().line) {
        tell(*sequence.waiting.front().line);
      }
    } while (!sequence.waiting.empty() && sequence.waiting.front().is_settled);
  }

  void tell(const model::Action& action)
  {
    if (m_listed.is_root() || action.entry.path != m_listed) {
      m_events.on(model::ItemPlanned{action});
      return;
    }
    model::Action renamed = action;
    renamed.entry.path = m_real;
    m_events.on(model::ItemPlanned{renamed});
  }

  model::EventSink& m_events;
  model::RelPath m_listed; // the root: nothing is renamed
  model::RelPath m_real;
  std::array<Sequence, 2> m_sequences{Sequence{0, {}}, Sequence{model::Action::first_held, {}}};
};

} // namespace godwit::session
