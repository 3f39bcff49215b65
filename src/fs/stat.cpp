#include "godwit/fs/stat.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "kernel.hpp"

namespace godwit::fs {
namespace {

model::Type
type_of(unsigned mode)
{
  switch (mode & S_IFMT) {
  case S_IFREG: return model::Type::regular;
  case S_IFDIR: return model::Type::folder;
  case S_IFLNK: return model::Type::symlink;
  case S_IFIFO: return model::Type::fifo;
  case S_IFSOCK: return model::Type::socket;
  case S_IFCHR: return model::Type::char_device;
  case S_IFBLK: return model::Type::block_device;
  default: return model::Type::unknown;
  }
}

} // namespace

Stat
to_stat(const struct ::statx& from)
{
  Stat stat;
  stat.type = type_of(from.stx_mode);
  stat.mode = from.stx_mode & 07777U;
  stat.uid = from.stx_uid;
  stat.gid = from.stx_gid;
  stat.links = from.stx_nlink;
  stat.mtime = {from.stx_mtime.tv_sec, from.stx_mtime.tv_nsec};
  stat.ctime = {from.stx_ctime.tv_sec, from.stx_ctime.tv_nsec};
  stat.size = from.stx_size;
  stat.device = makedev(from.stx_rdev_major, from.stx_rdev_minor);
  stat.filesystem = makedev(from.stx_dev_major, from.stx_dev_minor);
  stat.inode = from.stx_ino;
  stat.allocated = from.stx_blocks * 512;
  return stat;
}

Result<Stat>
stat_fd(int fd, const std::string& what)
{
  struct ::statx from{};
  if (::statx(fd, empty_path, AT_EMPTY_PATH, STATX_BASIC_STATS, &from) != 0) {
    return sys_error("cannot look at " + what);
  }
  return to_stat(from);
}

} // namespace godwit::fs
