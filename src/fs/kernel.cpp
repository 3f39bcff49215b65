#include "kernel.hpp"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "godwit/base/assert.hpp"
#include "godwit/fs/fd.hpp"
#include "godwit/model/path.hpp"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

namespace godwit::fs {

const char empty_path[1] = {'\0'};

namespace {

// Missing before Linux 5.6, and EPERM under some old container filters.
bool
lacks_openat2(int error)
{
  return error == ENOSYS || error == EPERM;
}

int
openat2(int folder, const char* path, int flags, std::uint64_t rules)
{
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC;
  how.resolve = rules;
  int tries = 0;
  while (true) {
    const long fd = ::syscall(SYS_openat2, folder, path, &how, sizeof how);
    if (fd != -1 || (errno != EINTR && errno != EAGAIN) || ++tries > 100) {
      return static_cast<int>(fd);
    }
  }
}

bool
is_link(int folder, const char* name)
{
  struct stat st{};
  const int kept = errno;
  const bool yes = ::fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);
  errno = kept;
  return yes;
}

int
open_component(int folder, const char* name, int flags, FollowLink follow, const void* context)
{
  const int fd = ::openat(folder, name, flags | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd != -1 || (errno != ENOTDIR && errno != ELOOP) || !is_link(folder, name)) {
    return fd;
  }
  if (follow == nullptr) {
    errno = ELOOP;
    return -1;
  }
  return follow(context, folder, name);
}

} // namespace

CName::CName(std::string_view name)
{
  ASSERT(model::RelPath::is_valid_name(name));
  std::memcpy(m_bytes, name.data(), name.size());
  m_bytes[name.size()] = '\0';
}

int
open_by_component(int folder, std::string_view path, int flags, FollowLink follow, const void* context)
{
  Fd held;
  while (true) {
    const std::size_t slash = path.find('/');
    const CName name(path.substr(0, slash));
    const bool is_last = slash == std::string_view::npos;
    Fd next(
        open_component(held ? held.get() : folder, name.c_str(), is_last ? flags : O_PATH, follow, context));
    if (!next || is_last) {
      return next.release();
    }
    held = std::move(next);
    path.remove_prefix(slash + 1);
  }
}

int
open_beneath(int folder, const char* path, int flags)
{
  static std::atomic<bool> is_missing = false;
  if (!is_missing.load(std::memory_order_relaxed)) {
    const int fd = openat2(folder, path, flags | O_DIRECTORY,
                           RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
    if (fd != -1 || !lacks_openat2(errno)) {
      return fd;
    }
    is_missing.store(errno == ENOSYS, std::memory_order_relaxed);
  }
  if (std::string_view(path) == ".") {
    return ::openat(folder, path, flags | O_DIRECTORY | O_CLOEXEC);
  }
  return open_by_component(folder, path, flags, nullptr, nullptr);
}

int
open_following(int folder, const char* path, int flags)
{
  const int fd = openat2(folder, path, flags, RESOLVE_NO_MAGICLINKS);
  return fd != -1 || !lacks_openat2(errno) ? fd : ::openat(folder, path, flags | O_CLOEXEC);
}

int
rename_with_flags(int from_folder, const char* from, int to_folder, const char* to, unsigned flags)
{
  return flags == 0 ? ::renameat(from_folder, from, to_folder, to)
                    : ::renameat2(from_folder, from, to_folder, to, flags);
}

int
chmod_handle(int fd, std::uint32_t mode)
{
  return static_cast<int>(::syscall(SYS_fchmodat2, fd, empty_path, mode, AT_EMPTY_PATH));
}

} // namespace godwit::fs
