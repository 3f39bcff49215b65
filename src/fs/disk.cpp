#include "godwit/fs/disk.hpp"

#include <cstring>

#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace godwit::fs {
namespace {

constexpr std::uint64_t millisecond = 1'000'000;
constexpr std::uint64_t second = 1'000'000'000;
// Not in Debian 12's linux/magic.h.
constexpr std::uint32_t exfat_magic = 0x2011BAB0;
constexpr std::uint32_t hfsplus_magic = 0x482B;
constexpr std::uint32_t ntfs3_magic = 0x7366746E;
constexpr std::uint32_t cifs_magic = 0xFF534D42;
constexpr std::uint32_t ceph_magic = 0x00C36400;
constexpr std::uint32_t xfs_magic = 0x58465342;

std::uint64_t
grain_of(std::uint32_t magic)
{
  switch (magic) {
  case MSDOS_SUPER_MAGIC: return 2 * second;
  case exfat_magic: return 10 * millisecond;
  case hfsplus_magic: return second;
  case ntfs3_magic:
  case cifs_magic:
  case SMB2_SUPER_MAGIC: return 100;
  default: return 1;
  }
}

// NFS: close() waits for the server. In memory there is nothing to lose. Not ext4: auto_da_alloc, its default,
// starts to write when a name is replaced, but the journal may be on disk before the data are.
bool
orders(std::uint32_t magic)
{
  switch (magic) {
  case BTRFS_SUPER_MAGIC:
  case NFS_SUPER_MAGIC:
  case TMPFS_MAGIC:
  case RAMFS_MAGIC: return true;
  default: return false;
  }
}

} // namespace

DiskFacts
disk_facts(const Dir& folder)
{
  struct statfs found{};
  DiskFacts facts;
  if (::fstatfs(folder.fd(), &found) != 0) {
    return facts;
  }
  const auto magic = static_cast<std::uint32_t>(found.f_type);
  facts.time_grain_ns = grain_of(magic);
  facts.max_name_bytes =
      found.f_namelen > 0 ? static_cast<std::size_t>(found.f_namelen) : facts.max_name_bytes;
  facts.orders_replacements = orders(magic);
  facts.is_good_direct = magic == EXT4_SUPER_MAGIC || magic == xfs_magic;
  std::memcpy(&facts.id, &found.f_fsid, sizeof facts.id);
  facts.has_owners = magic != MSDOS_SUPER_MAGIC && magic != exfat_magic;
  return facts;
}

bool
copies_by_itself(int file)
{
  struct statfs found{};
  if (::fstatfs(file, &found) != 0) {
    return false;
  }
  switch (static_cast<std::uint32_t>(found.f_type)) {
  case NFS_SUPER_MAGIC:
  case SMB2_SUPER_MAGIC:
  case cifs_magic:
  case ceph_magic:
  case FUSE_SUPER_MAGIC: return true;
  default: return false;
  }
}

Result<>
sync_disk(int file, const std::string& what)
{
  if (::syncfs(file) != 0) {
    return sys_error("cannot write " + what + " to disk");
  }
  return {};
}

} // namespace godwit::fs
