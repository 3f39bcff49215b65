// What Dir finds out about the folder itself.

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "dir_state.hpp"
#include "godwit/fs/dir.hpp"

namespace godwit::fs {

namespace {

// The parent of the root is the root.
Result<bool>
climb(Fd& at, Stat& stat, const std::string& label)
{
  Fd parent(::openat(at.get(), "..", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!parent) {
    return sys_error("cannot open the parent of " + label);
  }
  TRY_ASSIGN(const Stat above, stat_fd(parent.get(), label));
  const bool moved = !above.is_same_file(stat);
  at = std::move(parent);
  stat = above;
  return moved;
}

} // namespace

bool
Dir::keeps_modes() const
{
  std::call_once(m_state->looked_at, [this] {
    const auto self = stat();
    m_state->is_setgid = !self || (self->mode & S_ISGID) != 0;
    // O_PATH has no fgetxattr; a failure other than 'none' counts as 'may be'.
    const std::string path = "/proc/self/fd/" + std::to_string(fd());
    const ssize_t length = ::getxattr(path.c_str(), "system.posix_acl_default", nullptr, 0);
    m_state->keeps_modes = length == -1 && (errno == ENODATA || errno == ENOTSUP);
  });
  return m_state->keeps_modes;
}

std::optional<Owner>
Dir::fresh_owner() const
{
  if (!m_state->knows_owner.load(std::memory_order_acquire)) {
    return std::nullopt;
  }
  const std::uint64_t owner = m_state->owner.load(std::memory_order_relaxed);
  return Owner{static_cast<std::uint32_t>(owner), static_cast<std::uint32_t>(owner >> 32U)};
}

void
Dir::learn_fresh_owner(Owner owner) const
{
  keeps_modes();
  if (!m_state->is_setgid) {
    m_state->owner.store(std::uint64_t{owner.gid} << 32U | owner.uid, std::memory_order_relaxed);
    m_state->knows_owner.store(true, std::memory_order_release);
  }
}

Result<bool>
Dir::holds(int folder) const
{
  TRY_ASSIGN(const Stat self, stat());
  TRY_ASSIGN(Stat at, stat_fd(folder, label()));
  Fd held;
  while (!at.is_same_file(self)) {
    if (!held) {
      held = Fd(::openat(folder, ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
    }
    TRY_ASSIGN(const bool moved, climb(held, at, label()));
    if (!moved) {
      return false;
    }
  }
  return true;
}

} // namespace godwit::fs
