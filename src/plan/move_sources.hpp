#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "godwit/model/entry.hpp"
#include "godwit/plan/removals.hpp"

namespace godwit::plan
{

// What the dest has and the source has not under that name, or has with another content: where
// something that appears may come from. Added in listing order.
class MoveSources
{
public:
  using Id = std::uint32_t;
  static constexpr Id none = std::numeric_limits<Id>::max();
  static constexpr std::uint64_t no_ticket = std::numeric_limits<std::uint64_t>::max();
  static constexpr std::size_t max_bytes = 64U << 20U;
  static constexpr std::size_t max_candidates = 4;
  // A file of this size or less is taken for another only if name and time agree, too.
  static constexpr std::uint64_t max_named_bytes = 16U << 10U;

  struct Source {
    model::Entry entry;
    Removals::Index removal = Removals::none; // none: the name stays
    std::uint64_t replaced_by = no_ticket;    // the action that gives the name another content
    bool is_gone = false;                     // no source any more
    bool is_used = false;                     // its name goes with a move
  };

  // Past max_bytes nothing is added.
  void add(Source source);
  // Those that make way for a folder, or whose replacement comes off, or has been done.
  void drop_file(const model::RelPath& path);
  void drop_replaced(std::uint64_t ticket);
  // No more comes.
  void index();

  bool
  has_folders() const
  {
    return m_folders > 0;
  }
  Source&
  at(Id id)
  {
    return m_sources[id];
  }
  const Source&
  at(Id id) const
  {
    return m_sources[id];
  }
  // The best first. After index().
  std::vector<Id> candidates(const model::Entry& wanted) const;
  // Of that path and kind (folder or not), among those that only the dest has.
  Id find(const model::RelPath& path, bool is_folder) const;
  // The first that does not lie in the folder, whose contents follow it.
  Id end_of(Id folder) const;

private:

  std::vector<Source> m_sources;
  std::size_t m_bytes = 0;
  std::size_t m_folders = 0;
  std::vector<Id> m_by_time; // regular files: size, second, name
  std::vector<Id> m_by_name; // size, name
};

} // namespace godwit::plan
