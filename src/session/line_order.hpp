#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "godwit/model/event.hpp"

namespace godwit::session {

// Lets the lines of actions out in plan order, each once it is due; a transfer's
// is when its source is open. Holds what waits for an earlier one.
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
  void settle(std::uint64_t number, std::optional<model::Action> action)
  {
    m_waiting.emplace(number, std::move(action));
    while (!m_waiting.empty() && m_waiting.begin()->first == m_next) {
      if (auto& line = m_waiting.begin()->second) {
        if (!m_listed.is_root() && line->entry.path == m_listed) {
          line->entry.path = m_real;
        }
        m_events.on(model::ItemPlanned{*std::move(line)});
      }
      m_waiting.erase(m_waiting.begin());
      ++m_next;
    }
  }

  model::EventSink& m_events;
  model::RelPath m_listed; // the root: nothing is renamed
  model::RelPath m_real;
  std::map<std::uint64_t, std::optional<model::Action>> m_waiting;
  std::uint64_t m_next = 0;
};

} // namespace godwit::session
