#include "named_folders.hpp"

#include <algorithm>

#include <fcntl.h>
#include <sys/stat.h>

namespace godwit::fs {

namespace {

bool
is_link(int folder, const std::string& name)
{
  struct ::statx seen{};
  return ::statx(folder, name.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_TYPE, &seen) == 0 &&
         S_ISLNK(seen.stx_mode);
}

} // namespace

void
NamedFolders::add(int root, const std::string& path)
{
  std::shared_ptr<const Fd> held;
  bool through_link = false;
  for (std::size_t from = 0; from < path.size();) {
    const std::size_t end = std::min(path.find('/', from), path.size());
    const std::string name = path.substr(from, end - from);
    const int parent = held ? held->get() : root;
    through_link = through_link || is_link(parent, name);
    auto next = std::make_shared<const Fd>(::openat(parent, name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!*next) {
      return;
    }
    held = std::move(next);
    if (through_link) {
      m_folders.insert_or_assign(path.substr(0, end), held);
    }
    from = end + 1;
  }
}

int
NamedFolders::find(std::string_view path) const
{
  const auto found = m_folders.find(path);
  return found == m_folders.end() ? -1 : found->second->get();
}

int
NamedFolders::nearest(int root, std::string_view& path) const
{
  for (std::string_view above = path; !m_folders.empty() && !above.empty();) {
    if (const int folder = find(above); folder != -1) {
      path.remove_prefix(std::min(above.size() + 1, path.size()));
      return folder;
    }
    const std::size_t slash = above.rfind('/');
    above = above.substr(0, slash == std::string_view::npos ? 0 : slash);
  }
  return root;
}

std::vector<int>
NamedFolders::all() const
{
  std::vector<int> folders;
  for (const auto& [path, folder] : m_folders) {
    folders.push_back(folder->get());
  }
  return folders;
}

} // namespace godwit::fs
