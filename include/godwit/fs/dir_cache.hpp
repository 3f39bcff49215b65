#pragma once

#include <cstddef>
#include <list>
#include <string_view>
#include <unordered_map>

#include "godwit/fs/dir.hpp"

namespace godwit::fs {

// The folders below a root that were used last, held open. A folder that is
// renamed, removed or replaced must be invalidated: a held one stays the old one.
// Used by one thread.
class DirCache
{
public:
  explicit DirCache(Dir root, std::size_t capacity = 64);

  const Dir& root() const { return m_root; }
  Result<Dir> open(const model::RelPath& folder);
  // The folder that holds this.
  Result<Dir> open_above(const model::RelPath& path);
  // Forgets `path` and all below it; the root path forgets everything.
  void invalidate(const model::RelPath& path);

private:
  struct Held {
    model::RelPath path;
    Dir dir;
  };
  using Order = std::list<Held>; // last used first

  const Dir* find(std::string_view folder);
  void keep(const model::RelPath& path, const Dir& dir);

  Dir m_root;
  std::size_t m_capacity;
  Order m_order;
  std::unordered_map<std::string_view, Order::iterator> m_index; // keys live in m_order
};

} // namespace godwit::fs
