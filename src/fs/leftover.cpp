#include "godwit/fs/leftover.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/vfs.h>

#include "godwit/base/assert.hpp"
#include "godwit/fs/staged_name.hpp"
#include "kernel.hpp"
#include "name_list.hpp"

namespace godwit::fs {
namespace {

constexpr std::size_t buffer_bytes = 32U << 10U;
constexpr long xfs_magic = 0x58465342;
constexpr long f2fs_magic = 0xF2F52010;

int
read_names(const Dir& folder, NameList& names)
{
  const auto listing = folder.open_listing({});
  std::vector<char> buffer(buffer_bytes);
  return listing ? names.read(listing->get(), 0, buffer) : listing.error().errno_value;
}

bool
lock(const Dir& folder)
{
  return ::flock(folder.fd(), LOCK_EX | LOCK_NB) == 0;
}

// By descriptors, so that no link leads out of it.
Result<>
remove_tree(const Dir& parent, std::string_view name, const Dir& folder)
{
  NameList names;
  if (const int error = read_names(folder, names); error != 0) {
    return sys_error("cannot read folder " + folder.label(), error);
  }
  for (const ListedName& listed : names.all()) {
    const std::string_view below = names.text(listed);
    auto inner = listed.kind == NameKind::folder ? folder.open_readable_folder(below, below)
                                                 : Result<Dir>(make_error(ErrorKind::system, {}));
    TRY(inner ? remove_tree(folder, below, *inner) : folder.unlink(below));
  }
  return parent.remove_folder(name);
}

// A write stamps a file's mtime and ctime alike there, so one whose time was set is told by their difference.
bool
tells_unfinished(const Dir& folder)
{
  constexpr std::array<long, 6> known = {EXT4_SUPER_MAGIC, BTRFS_SUPER_MAGIC, TMPFS_MAGIC, OVERLAYFS_SUPER_MAGIC,
                                         xfs_magic,        f2fs_magic};
  struct statfs found{};
  return ::fstatfs(folder.fd(), &found) == 0 &&
         std::find(known.begin(), known.end(), static_cast<long>(found.f_type)) != known.end();
}

bool
drop_unfinished(const Dir& folder)
{
  NameList names;
  if (read_names(folder, names) != 0) {
    return false;
  }
  for (const ListedName& listed : names.all()) {
    const std::string_view name = names.text(listed);
    if (listed.kind == NameKind::folder || is_staged_name(name)) {
      continue;
    }
    const auto stat = folder.stat(name);
    const bool is_unfinished = stat && stat->is_regular() && stat->mtime == stat->ctime;
    if (!stat || (is_unfinished && !folder.unlink(name))) {
      return false;
    }
  }
  return true;
}

} // namespace

Result<>
remove_leftover(const Dir& folder, std::string_view name)
{
  ASSERT(is_staged_name(name));
  if (const auto inner = folder.open_readable_folder(name, name)) {
    return lock(*inner) ? remove_tree(folder, name, *inner) : Result<>();
  }
  TRY_ASSIGN(const Fd file, folder.open_file(name, O_RDONLY));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return {};
  }
  return folder.unlink(name);
}

bool
adopt_leftover(const Dir& folder, std::string_view name)
{
  ASSERT(is_staged_name(name));
  const std::string_view target = target_of_staged(name);
  if (target.empty() || !is_of_this_boot(name) || folder.stat(target)) {
    return false;
  }
  const auto inner = folder.open_readable_folder(name, name);
  return inner && tells_unfinished(*inner) && lock(*inner) && drop_unfinished(*inner) &&
         rename_with_flags(folder.fd(), CName(name).c_str(), folder.fd(), CName(target).c_str(),
                           RENAME_NOREPLACE) == 0;
}

} // namespace godwit::fs
