#include "pruner.hpp"

#include <utility>

namespace godwit::fs {

bool
Pruner::take(model::Entry&& entry)
{
  while (!m_held.empty() && !entry.path.is_below(m_held.back().path)) {
    m_held.pop_back();
  }
  const bool is_kept = !entry.is_folder() || entry.path.is_root() || entry.has(model::Entry::is_protected);
  entry.flags &= static_cast<std::uint8_t>(~model::Entry::is_protected);
  if (!is_kept) {
    m_held.push_back(std::move(entry));
    return true;
  }
  return give_held() && m_give(std::move(entry));
}

bool
Pruner::give_held()
{
  for (model::Entry& folder : m_held) {
    if (!m_give(std::move(folder))) {
      return false;
    }
  }
  m_held.clear();
  return true;
}

} // namespace godwit::fs
