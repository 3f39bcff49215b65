#include "godwit/fs/dir_cache.hpp"

#include <algorithm>

namespace godwit::fs {

DirCache::DirCache(Dir root, std::size_t capacity)
    : m_root(std::move(root)), m_capacity(std::max<std::size_t>(capacity, 1))
{
}

// Null: it is not held.
const Dir*
DirCache::find(std::string_view folder)
{
  if (folder.empty()) {
    return &m_root;
  }
  const auto found = m_index.find(folder);
  if (found == m_index.end()) {
    return nullptr;
  }
  m_order.splice(m_order.begin(), m_order, found->second);
  return &m_order.front().dir;
}

Result<Dir>
DirCache::open_above(const model::RelPath& path)
{
  const Dir* const held = find(path.parent_view());
  return held != nullptr ? Result<Dir>(*held) : open(path.parent());
}

Result<Dir>
DirCache::open(const model::RelPath& folder)
{
  if (const Dir* const held = find(folder.view())) {
    return *held;
  }
  // The parent is often held: then one component is looked up instead of all.
  const model::RelPath parent = folder.parent();
  const auto held = m_index.find(parent.view());
  const bool is_from_root = held == m_index.end() || m_root.named(folder) != -1;
  auto opened = is_from_root ? m_root.open_folder(folder) : held->second->dir.open_folder(folder.name());
  if (opened) {
    keep(folder, *opened);
  }
  return opened;
}

void
DirCache::keep(const model::RelPath& path, const Dir& dir)
{
  if (m_order.size() == m_capacity) {
    m_index.erase(m_order.back().path.view());
    m_order.pop_back();
  }
  m_order.push_front(Held{path, dir});
  m_index.emplace(m_order.front().path.view(), m_order.begin());
}

void
DirCache::invalidate(const model::RelPath& path)
{
  for (auto at = m_order.begin(); at != m_order.end();) {
    const auto next = std::next(at);
    if (at->path == path || at->path.is_below(path)) {
      m_index.erase(at->path.view());
      m_order.erase(at);
    }
    at = next;
  }
}

} // namespace godwit::fs
