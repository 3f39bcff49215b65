#include "staged_folders.hpp"

#include <utility>

namespace godwit::endpoint {

std::optional<StagedFolders::Found>
StagedFolders::find(const model::RelPath& path) const
{
  if (is_empty()) {
    return std::nullopt;
  }
  const std::scoped_lock lock(m_mutex);
  for (model::RelPath above = path; !above.is_root(); above = above.parent()) {
    if (const auto found = m_folders.find(above); found != m_folders.end()) {
      return Found{found->second.folder.folder(), std::move(above)};
    }
  }
  return std::nullopt;
}

void
StagedFolders::add(const model::RelPath& path, fs::StagedFolder folder, const fs::Metadata& wanted, std::uint64_t id)
{
  const std::scoped_lock lock(m_mutex);
  m_folders.insert_or_assign(path, Held{std::move(folder), wanted, id});
  m_count = m_folders.size();
}

// Known until it has its name: who looks for it by path meanwhile would not find it.
std::optional<StagedFolders::Published>
StagedFolders::publish(const model::RelPath& path)
{
  const std::scoped_lock lock(m_mutex);
  const auto found = m_folders.find(path);
  if (found == m_folders.end()) {
    return std::nullopt;
  }
  Published published{found->second.id, publish_one(path, found->second)};
  m_folders.erase(found);
  m_count = m_folders.size();
  return published;
}

// Where its files had to move into another folder, so have the staged ones in it.
Result<>
StagedFolders::publish_one(const model::RelPath& path, Held& held)
{
  const int before = held.folder.folder().fd();
  TRY(held.folder.publish(held.wanted));
  if (held.folder.folder().fd() == before) {
    return {};
  }
  for (auto below = m_folders.upper_bound(path); below != m_folders.end(); ++below) {
    if (below->first.parent() == path) {
      below->second.folder.parent_became(held.folder.folder());
    }
  }
  return {};
}

void
StagedFolders::publish_all()
{
  const std::scoped_lock lock(m_mutex);
  for (auto& [path, held] : m_folders) {
    (void)!publish_one(path, held); // the run has failed already, and says so
  }
  m_folders.clear();
  m_count = 0;
}

Result<fs::Dir>
DestFolders::open(const model::RelPath& path)
{
  const auto staged = m_staged.find(path);
  if (!staged) {
    return m_cache.open(path);
  }
  if (staged->path == path) {
    return staged->folder;
  }
  auto rest = model::RelPath::parse(path.view().substr(staged->path.view().size() + 1));
  return rest ? staged->folder.open_folder(*rest) : Result<fs::Dir>(std::move(rest).error());
}

bool
DestFolders::is_staged(const model::RelPath& path) const
{
  const auto staged = m_staged.find(path);
  return staged && staged->path == path;
}

} // namespace godwit::endpoint
