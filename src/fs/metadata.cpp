#include "godwit/fs/metadata.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel.hpp"

namespace godwit::fs {
namespace {

int
chown_fd(int fd, std::uint32_t uid, std::uint32_t gid)
{
  return ::fchownat(fd, empty_path, uid, gid, AT_EMPTY_PATH);
}

// Did the owner change (and with it, perhaps, the set-id bits)?
Result<bool>
set_owner(const OpenEntry& entry, const Metadata& wanted)
{
  const Stat& there = entry.there;
  const bool uid_differs = wanted.uid != model::keep_id && wanted.uid != there.uid;
  const bool gid_differs = wanted.gid != model::keep_id && wanted.gid != there.gid;
  if (!uid_differs && !gid_differs) {
    return false;
  }
  const std::uint32_t uid = uid_differs ? wanted.uid : model::keep_id;
  const std::uint32_t gid = gid_differs ? wanted.gid : model::keep_id;
  if (chown_fd(entry.fd, uid, gid) == 0) {
    return true;
  }
  if (errno != EPERM || !wanted.is_owner_optional) {
    return sys_error("cannot set owner of " + entry.parent.label(entry.name));
  }
  // Who may not give a file away may still pass it to a group of their own.
  return uid_differs && gid_differs && chown_fd(entry.fd, model::keep_id, gid) == 0;
}

// A regular file is mostly open for reading or writing; all else is held by O_PATH,
// which takes only the forms with AT_EMPTY_PATH.
bool
is_likely_open(const Stat& there)
{
  return there.is_regular();
}

int
chmod_fd(int fd, const Stat& there, std::uint32_t mode)
{
  if (is_likely_open(there) && ::fchmod(fd, mode) == 0) {
    return 0;
  }
  if (is_likely_open(there) && errno != EBADF) {
    return -1;
  }
  if (chmod_handle(fd, mode) == 0) {
    return 0;
  }
  if (errno != ENOSYS && errno != EPERM) { // EPERM: a container's filter that does not know the call
    return -1;
  }
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  return ::fchmodat(AT_FDCWD, path.c_str(), mode, 0);
}

int
set_mtime(int fd, const Stat& there, model::Time mtime)
{
  timespec times[2] = {};
  times[0].tv_nsec = UTIME_OMIT;
  times[1].tv_sec = mtime.seconds;
  times[1].tv_nsec = static_cast<long>(mtime.nanoseconds);
  if (is_likely_open(there) && ::futimens(fd, times) == 0) {
    return 0;
  }
  if (is_likely_open(there) && errno != EBADF) {
    return -1;
  }
  return ::utimensat(fd, empty_path, times, AT_EMPTY_PATH);
}

} // namespace

Result<>
set_metadata(const OpenEntry& entry, const Metadata& wanted)
{
  const Stat& there = entry.there;
  TRY_ASSIGN(const bool has_new_owner, set_owner(entry, wanted));
  const std::uint32_t mode = wanted.mode.value_or(there.mode);
  const bool lost_bits = has_new_owner && (there.mode & (S_ISUID | S_ISGID)) != 0;
  if (there.type != model::Type::symlink && (mode != there.mode || lost_bits) &&
      chmod_fd(entry.fd, there, mode) != 0) {
    return sys_error("cannot set mode of " + entry.parent.label(entry.name));
  }
  if (wanted.mtime && *wanted.mtime != there.mtime && set_mtime(entry.fd, there, *wanted.mtime) != 0) {
    return sys_error("cannot set time of " + entry.parent.label(entry.name));
  }
  return {};
}

Result<>
set_metadata(const Dir& parent, std::string_view name, const Metadata& wanted)
{
  TRY_ASSIGN(const Fd handle, parent.open_handle(name));
  TRY_ASSIGN(const Stat there, stat_fd(handle.get(), parent.label(name)));
  return set_metadata({parent, name, handle.get(), there}, wanted);
}

Result<>
set_metadata(const Dir& folder, const Metadata& wanted)
{
  TRY_ASSIGN(const Stat there, folder.stat());
  return set_metadata({folder, {}, folder.fd(), there}, wanted);
}

} // namespace godwit::fs
