#include "landlock.hpp"

#include <cstdint>

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "godwit/fs/fd.hpp"

namespace godwit::fs {
namespace {

// Younger than the headers of Debian 12.
constexpr std::uint64_t truncate_right = 1U << 14U;  // version 3
constexpr std::uint64_t ioctl_dev_right = 1U << 15U; // version 5

constexpr std::uint64_t first_rights = (1U << 13U) - 1U; // version 1
constexpr std::uint64_t read_rights = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t never_given = LANDLOCK_ACCESS_FS_EXECUTE | ioctl_dev_right;
// What a rule for a file may name.
constexpr std::uint64_t file_rights = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                      LANDLOCK_ACCESS_FS_READ_FILE | truncate_right | ioctl_dev_right;

std::uint64_t
handled_by(int version)
{
  std::uint64_t rights = first_rights;
  rights |= version >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0;
  rights |= version >= 3 ? truncate_right : 0;
  rights |= version >= 5 ? ioctl_dev_right : 0;
  return rights;
}

bool
allow(int ruleset, int fd, std::uint64_t rights)
{
  struct stat st{};
  if (::fstat(fd, &st) != 0) {
    return false;
  }
  landlock_path_beneath_attr rule{};
  rule.parent_fd = fd;
  rule.allowed_access = S_ISDIR(st.st_mode) ? rights : rights & file_rights;
  return ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

} // namespace

int
landlock_version()
{
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version > 0 ? static_cast<int>(version) : 0;
}

bool
enter_landlock(int version, const SandboxPlan& plan)
{
  landlock_ruleset_attr attributes{};
  attributes.handled_access_fs = handled_by(version);
  const Fd ruleset(static_cast<int>(
      ::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes.handled_access_fs, 0)));
  if (!ruleset) {
    return false;
  }
  for (const SandboxRoot& root : plan.roots) {
    const std::uint64_t rights =
        root.access == Access::read_write ? attributes.handled_access_fs & ~never_given : read_rights;
    if (!allow(ruleset.get(), root.fd, rights)) {
      return false;
    }
  }
  if (plan.reads_everywhere) {
    const Fd top(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!top || !allow(ruleset.get(), top.get(), read_rights)) {
      return false;
    }
  }
  return ::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) == 0;
}

} // namespace godwit::fs
