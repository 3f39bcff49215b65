#include "godwit/fs/staged_file.hpp"

#include <atomic>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "godwit/base/assert.hpp"
#include "godwit/fs/clone.hpp"
#include "godwit/fs/direct_writer.hpp"
#include "godwit/fs/node.hpp"
#include "godwit/fs/staged_name.hpp"
#include "kernel.hpp"

namespace godwit::fs {
namespace {

constexpr std::uint32_t private_mode = 0600;

bool
has_no_unnamed_files(int error)
{
  return error == EOPNOTSUPP || error == EISDIR || error == ENOENT || error == EINVAL;
}

// Without special bits, and nobody else's: then it is right from the start.
bool
can_have_mode_at_open(const Dir& parent, const Metadata& wanted)
{
  if (wanted.uid != model::keep_id) {
    const auto owner = parent.fresh_owner(); // else a system call for each file
    if (wanted.uid != (owner ? owner->uid : ::geteuid())) {
      return false;
    }
  }
  return wanted.mode && (*wanted.mode & 07000U) == 0;
}

// Kernels before 6.10 want a capability for the empty path; /proc serves the same.
int
link_unnamed(int fd, int folder, const char* name)
{
  static std::atomic<bool> needs_proc = false;
  if (!needs_proc.load(std::memory_order_relaxed)) {
    if (::linkat(fd, empty_path, folder, name, AT_EMPTY_PATH) == 0) {
      return 0;
    }
    if (errno != ENOENT && errno != EPERM) {
      return -1;
    }
    needs_proc.store(true, std::memory_order_relaxed);
  }
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  return ::linkat(AT_FDCWD, path.c_str(), folder, name, AT_SYMLINK_FOLLOW);
}

} // namespace

StagedFile::StagedFile(Dir parent, std::string name, Metadata wanted)
    : m_parent(std::move(parent)), m_name(std::move(name)), m_wanted(wanted)
{
}

StagedFile::StagedFile(StagedFile&&) noexcept = default;

StagedFile&
StagedFile::operator=(StagedFile&& other) noexcept
{
  if (this != &other) {
    discard();
    m_parent = std::move(other.m_parent);
    m_name = std::move(other.m_name);
    m_staged_name = std::exchange(other.m_staged_name, {});
    m_wanted = other.m_wanted;
    m_mode_now = other.m_mode_now;
    m_makes_holes = other.m_makes_holes;
    m_is_in_place = other.m_is_in_place;
    m_lent_mode = std::exchange(other.m_lent_mode, {});
    m_old_size = other.m_old_size;
    m_reserved = other.m_reserved;
    m_end = other.m_end;
    m_written = other.m_written;
    m_begun = other.m_begun;
    m_failed = std::move(other.m_failed);
    m_is_awaited = other.m_is_awaited;
    m_direct = std::move(other.m_direct);
    m_fd = std::move(other.m_fd);
  }
  return *this;
}

StagedFile::~StagedFile()
{
  discard();
}

void
StagedFile::discard()
{
  m_direct.reset();
  // A moved-from file has no parent any more.
  if (!m_staged_name.empty() && m_parent) {
    ::unlinkat(m_parent.fd(), m_staged_name.c_str(), 0);
  }
  if (m_lent_mode && m_fd) {
    ::fchmod(m_fd.get(), *m_lent_mode);
  }
  m_staged_name.clear();
  m_fd.reset();
}

Result<StagedFile>
StagedFile::create(const Dir& parent, std::string_view name, const Metadata& wanted, Placing placing)
{
  if (is_staged_name(name)) {
    return make_error(ErrorKind::unsupported, "cannot create " + parent.label(name) +
                                                  ": the name is of the form of unfinished files");
  }
  ASSERT(model::RelPath::is_valid_name(name));
  Result<StagedFile> file = StagedFile(parent, std::string(name), wanted);
  if (auto opened = file->open(placing); !opened) {
    file = std::move(opened).error();
  }
  return file;
}

Result<>
StagedFile::open(Placing placing)
{
  if (placing == Placing::in_place) {
    TRY(open_in_place());
    if (m_fd) {
      return {};
    }
  }
  if (placing == Placing::direct) {
    return open_named(m_name, can_have_mode_at_open(m_parent, m_wanted) ? *m_wanted.mode : private_mode);
  }
  if (placing == Placing::link) {
    TRY(open_unnamed());
    if (m_fd) {
      return {};
    }
  }
  TRY(open_named(staged_name_for(m_name), private_mode));
  ::flock(m_fd.get(), LOCK_EX | LOCK_NB); // tells other runs that it is no leftover
  return {};
}

Result<>
StagedFile::open_unnamed()
{
  m_mode_now = can_have_mode_at_open(m_parent, m_wanted) ? *m_wanted.mode : private_mode;
  m_fd = Fd(::openat(m_parent.fd(), ".", O_TMPFILE | O_RDWR | O_CLOEXEC, m_mode_now));
  if (!m_fd && !has_no_unnamed_files(errno)) {
    return sys_error("cannot create " + m_parent.label(m_name));
  }
  return {};
}

Result<>
StagedFile::open_named(const std::string& name, std::uint32_t mode)
{
  m_mode_now = mode;
  m_fd = Fd(::openat(m_parent.fd(), name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!m_fd) {
    return sys_error("cannot create " + m_parent.label(m_name));
  }
  m_staged_name = name;
  return {};
}

// Left closed where something else than a regular file stands.
Result<>
StagedFile::open_in_place()
{
  m_mode_now = private_mode;
  const auto there = m_parent.stat(m_name);
  if (!there) {
    constexpr int flags = O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC;
    m_fd = Fd(::openat(m_parent.fd(), m_name.c_str(), flags, private_mode));
    m_is_in_place = static_cast<bool>(m_fd);
    return m_fd ? Result<>() : Result<>(sys_error("cannot create " + m_parent.label(m_name)));
  }
  if (!there->is_regular()) {
    return {};
  }
  auto opened = m_parent.open_and_stat(m_name, O_WRONLY);
  if (!opened && opened.error().errno_value == EACCES && there->uid == ::geteuid()) {
    opened = open_unwritable(*there);
  }
  if (!opened) {
    return std::move(opened).error();
  }
  m_fd = std::move(opened->fd);
  m_old_size = m_written = opened->stat.size;
  m_is_in_place = true;
  return {};
}

// A file of the user's own gets permission to be written meanwhile.
Result<OpenedFile>
StagedFile::open_unwritable(const Stat& there)
{
  Metadata wanted;
  wanted.mode = there.mode | S_IWUSR;
  TRY(set_metadata(m_parent, m_name, wanted));
  auto opened = m_parent.open_and_stat(m_name, O_WRONLY);
  if (!opened) {
    wanted.mode = there.mode;
    TRY(set_metadata(m_parent, m_name, wanted));
    return opened;
  }
  m_lent_mode = there.mode;
  return opened;
}

Result<>
StagedFile::finish()
{
  ASSERT(m_fd);
  if (m_is_in_place) {
    return finish_in_place();
  }
  TRY(end_direct());
  if (m_written < m_end) {
    TRY(set_size());
  }
  if (m_is_awaited) {
    begin_writing(m_end);
  }
  const bool asks_owner = m_wanted.uid != model::keep_id || m_wanted.gid != model::keep_id;
  Stat there;
  there.type = model::Type::regular;
  there.mode = m_mode_now;
  const auto owner = asks_owner ? m_parent.fresh_owner() : Owner{};
  if (!owner || !m_parent.keeps_modes()) {
    TRY_ASSIGN(there, stat_fd(m_fd.get(), m_parent.label(m_name)));
    m_parent.learn_fresh_owner({there.uid, there.gid});
  } else {
    there.uid = owner->uid;
    there.gid = owner->gid;
  }
  there.mtime.nanoseconds = ~0U; // never what is wanted
  return set_metadata({m_parent, m_name, m_fd.get(), there}, m_wanted);
}

Result<>
StagedFile::finish_in_place()
{
  const std::string label = m_parent.label(m_name);
  TRY_ASSIGN(Stat there, stat_fd(m_fd.get(), label));
  if (there.size != m_end) {
    if (::ftruncate(m_fd.get(), static_cast<off_t>(m_end)) != 0) {
      return sys_error("cannot set size of " + label);
    }
    TRY_ASSIGN(there, stat_fd(m_fd.get(), label)); // without its set-id bits
  }
  m_written = m_end;
  there.mtime.nanoseconds = ~0U; // never what is wanted
  Metadata wanted = m_wanted;
  if (!wanted.mode) {
    wanted.mode = m_lent_mode;
  }
  TRY(set_metadata({m_parent, m_name, m_fd.get(), there}, wanted));
  m_lent_mode.reset();
  return {};
}

Result<>
StagedFile::close()
{
  return m_fd.close() ? Result<>() : Result<>(sys_error("cannot close " + m_parent.label(m_name)));
}

Result<>
StagedFile::publish()
{
  if (m_is_in_place || m_staged_name == m_name) { // or `direct`
    m_staged_name.clear();
    return close();
  }
  if (m_staged_name.empty()) {
    if (link_unnamed(m_fd.get(), m_parent.fd(), m_name.c_str()) == 0) {
      return close();
    }
    if (errno != EEXIST) {
      return sys_error("cannot create " + m_parent.label(m_name));
    }
    if (const auto there = m_parent.stat(m_name); there && there->is_folder()) {
      return sys_error("cannot replace " + m_parent.label(m_name), EISDIR); // seen before anything is touched
    }
    TRY(name_it(m_parent));
  }
  TRY(close()); // before it replaces anything: NFS reports lost bytes here
  if (::renameat(m_parent.fd(), m_staged_name.c_str(), m_parent.fd(), m_name.c_str()) != 0) {
    return sys_error("cannot replace " + m_parent.label(m_name));
  }
  m_staged_name.clear();
  return {};
}

Result<>
StagedFile::name_it(const Dir& folder)
{
  std::string name = staged_name_for(m_name);
  if (link_unnamed(m_fd.get(), folder.fd(), name.c_str()) != 0) {
    return sys_error("cannot create " + folder.label(m_name));
  }
  m_staged_name = std::move(name);
  return {};
}

Result<>
StagedFile::commit()
{
  TRY(finish());
  return publish();
}

Result<>
StagedFile::keep_as_partial(const Dir& folder, std::string_view name)
{
  ASSERT(!m_is_in_place);
  (void)!end_direct(); // what does not get to the disk is sent again
  if (m_fd && ::fchmod(m_fd.get(), private_mode) != 0) {
    return sys_error("cannot set mode of " + m_parent.label(m_name));
  }
  if (m_staged_name.empty()) {
    TRY(name_it(m_parent));
  }
  const CName target(name);
  if (::renameat(m_parent.fd(), m_staged_name.c_str(), folder.fd(), target.c_str()) == 0) {
    m_staged_name.clear();
    m_fd.reset();
    return {};
  }
  if (errno != EXDEV || !m_fd) {
    return sys_error("cannot keep " + folder.label(name));
  }
  Metadata wanted;
  wanted.mode = private_mode;
  TRY_ASSIGN(StagedFile copy, create(folder, name, wanted, Placing::rename));
  TRY_ASSIGN(const Copied copied, copy_whole(m_fd.get(), copy.fd(), folder.label(name)));
  copy.advance(copied.bytes);
  TRY(copy.publish());
  discard();
  return {};
}

} // namespace godwit::fs
