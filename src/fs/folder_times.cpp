#include "godwit/fs/folder_times.hpp"

#include <cerrno>
#include <iterator>

#include <unistd.h>

namespace godwit::fs {
namespace {

constexpr std::uint32_t needed_bits = 0300;

bool
is_gone(const Error& error)
{
  return error.errno_value == ENOENT || error.errno_value == ENOTDIR || error.errno_value == ELOOP;
}

} // namespace

Result<>
FolderTimes::note(const model::RelPath& path, const Dir& folder)
{
  Noted& noted = m_noted[path];
  if (noted.is_noted) {
    return {};
  }
  noted.is_noted = true;
  TRY_ASSIGN(const Stat there, folder.stat());
  const bool puts_time_back =
      m_put_back == PutBack::all || (m_put_back == PutBack::below_root && !path.is_root());
  if (puts_time_back && !noted.wanted.mtime) {
    noted.wanted.mtime = there.mtime;
  }
  const std::uint32_t self = ::geteuid();
  if (self == 0 || there.uid != self || (there.mode & needed_bits) == needed_bits) {
    return {};
  }
  if (!noted.wanted.mode) {
    noted.wanted.mode = there.mode;
  }
  Metadata opened;
  opened.mode = there.mode | needed_bits;
  return set_metadata(folder, opened);
}

void
FolderTimes::want(const model::RelPath& path, const Metadata& wanted)
{
  Metadata& kept = m_noted[path].wanted;
  kept.mode = wanted.mode ? wanted.mode : kept.mode;
  kept.mtime = wanted.mtime ? wanted.mtime : kept.mtime;
  kept.uid = wanted.uid != model::keep_id ? wanted.uid : kept.uid;
  kept.gid = wanted.gid != model::keep_id ? wanted.gid : kept.gid;
  kept.is_owner_optional |= wanted.is_owner_optional;
}

void
FolderTimes::forget(const model::RelPath& path)
{
  for (auto at = m_noted.lower_bound(path); at != m_noted.end() && at->first.view().starts_with(path.view());) {
    const bool goes = at->first == path || at->first.is_below(path);
    at = goes ? m_noted.erase(at) : std::next(at);
  }
}

void
FolderTimes::finish(const Dir& root, const std::function<void(const model::RelPath&, Error)>& failed)
{
  // Backwards, what is below a folder comes before it.
  for (auto at = m_noted.rbegin(); at != m_noted.rend(); ++at) {
    const auto folder = root.open_folder(at->first);
    auto done = folder ? set_metadata(*folder, at->second.wanted) : Result<>(folder.error());
    if (!done && !is_gone(done.error())) {
      failed(at->first, std::move(done).error());
    }
  }
  m_noted.clear();
}

} // namespace godwit::fs
