#pragma once

#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "godwit/endpoint/endpoint.hpp"
#include "godwit/model/entry.hpp"

namespace godwit::session {

// One side's entries on their way to the planner, in listing order. What they
// cost is given back as they are taken, a batch at a time.
class EntryQueue
{
public:
  void add(std::vector<model::Entry> entries, Lease lease)
  {
    if (!entries.empty()) {
      m_size += entries.size();
      m_batches.push_back({std::move(entries), 0, std::move(lease)});
    }
  }
  void add(model::Entry entry)
  {
    if (m_batches.empty() || m_batches.back().entries.size() >= batch_entries) {
      m_batches.emplace_back();
    }
    m_batches.back().entries.push_back(std::move(entry));
    ++m_size;
  }
  void end() { m_ended = true; }
  // All entries up to this place have been added.
  struct Place {
    model::RelPath path;
    bool is_folder = false;
  };
  void is_complete_until(Place place) { m_complete_until = std::move(place); }
  std::optional<Place> take_complete_until() { return std::exchange(m_complete_until, std::nullopt); }

  bool is_empty() const { return m_size == 0; }
  bool is_ended() const { return m_ended && is_empty(); }
  bool has_ended() const { return m_ended; } // nothing will be added
  std::size_t size() const { return m_size; }
  const model::Entry& front() const { return m_batches.front().entries[m_batches.front().taken]; }
  model::Entry take()
  {
    Batch& batch = m_batches.front();
    model::Entry entry = std::move(batch.entries[batch.taken++]);
    --m_size;
    if (batch.taken == batch.entries.size()) {
      m_batches.pop_front();
    }
    return entry;
  }

private:
  static constexpr std::size_t batch_entries = 256;

  struct Batch { // never one that is taken whole
    std::vector<model::Entry> entries;
    std::size_t taken = 0;
    Lease lease;
  };
  std::deque<Batch> m_batches;
  std::size_t m_size = 0;
  std::optional<Place> m_complete_until;
  bool m_ended = false;
};

} // namespace godwit::session
