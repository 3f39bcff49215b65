#pragma once

#include <deque>
#include <optional>
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
  bool m_ended = false;
};

} // namespace godwit::session
