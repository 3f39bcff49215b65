#pragma once

#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "godwit/endpoint/endpoint.hpp"
#include "godwit/model/entry.hpp"

namespace godwit::session {

// One side's entries on their way to the planner, in listing order. What they
// cost is given back as they are taken.
class EntryQueue
{
public:
  void add(std::vector<model::Entry> entries, Lease lease)
  {
    m_leases.push_back({entries.size(), std::move(lease)});
    for (model::Entry& entry : entries) {
      m_entries.push_back(std::move(entry));
    }
  }
  void add(model::Entry entry) { m_entries.push_back(std::move(entry)); }
  void end() { m_ended = true; }
  // All entries up to this place have been added.
  struct Place {
    model::RelPath path;
    bool is_folder = false;
  };
  void is_complete_until(Place place) { m_complete_until = std::move(place); }
  std::optional<Place> take_complete_until() { return std::exchange(m_complete_until, std::nullopt); }

  bool is_empty() const { return m_entries.empty(); }
  bool is_ended() const { return m_ended && m_entries.empty(); }
  bool has_ended() const { return m_ended; } // nothing will be added
  std::size_t size() const { return m_entries.size(); }
  const model::Entry& front() const { return m_entries.front(); }
  model::Entry take()
  {
    model::Entry entry = std::move(m_entries.front());
    m_entries.pop_front();
    give_back();
    return entry;
  }

private:
  // Leases go in the order they came; how many entries each paid for is counted down.
  void give_back()
  {
    if (!m_leases.empty() && --m_leases.front().left == 0) {
      m_leases.pop_front();
    }
  }

  struct Paid {
    std::size_t left;
    Lease lease;
  };
  std::deque<model::Entry> m_entries;
  std::deque<Paid> m_leases;
  std::optional<Place> m_complete_until;
  bool m_ended = false;
};

} // namespace godwit::session
