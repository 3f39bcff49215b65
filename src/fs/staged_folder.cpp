#include "godwit/fs/staged_folder.hpp"

#include <cerrno>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "godwit/fs/metadata.hpp"
#include "godwit/fs/staged_name.hpp"
#include "kernel.hpp"
#include "name_list.hpp"

namespace godwit::fs {
namespace {

constexpr std::size_t buffer_bytes = 32U << 10U;

// Its names through a descriptor of its own, so that the position starts at the front.
int
read_names(const Dir& folder, NameList& names)
{
  const auto listing = folder.open_listing({});
  std::vector<char> buffer(buffer_bytes);
  return listing ? names.read(listing->get(), 0, buffer) : listing.error().errno_value;
}

} // namespace

StagedFolder::StagedFolder(Dir parent, std::string name, std::string staged_name)
    : m_parent(std::move(parent)), m_name(std::move(name)), m_staged_name(std::move(staged_name))
{
}

StagedFolder&
StagedFolder::operator=(StagedFolder&& other) noexcept
{
  if (this != &other) {
    discard();
    m_parent = std::move(other.m_parent);
    m_name = std::move(other.m_name);
    m_staged_name = std::exchange(other.m_staged_name, {});
    m_folder = std::move(other.m_folder);
  }
  return *this;
}

Result<StagedFolder>
StagedFolder::create(const Dir& parent, std::string_view name, const Metadata& wanted)
{
  if (is_staged_name(name)) {
    return make_error(ErrorKind::unsupported, "cannot make folder " + parent.label(name) +
                                                  ": the name is of the form of unfinished files");
  }
  std::string staged_name = staged_name_for(name);
  TRY(parent.make_folder(staged_name, 0700));
  StagedFolder staged(parent, std::string(name), std::move(staged_name));
  TRY_ASSIGN(staged.m_folder, parent.open_readable_folder(staged.m_staged_name, name));
  // Tells other runs that it is no leftover; one may have taken it for that until now.
  if (::flock(staged.m_folder.fd(), LOCK_EX | LOCK_NB) != 0) {
    staged.m_staged_name.clear();
    return sys_error("cannot lock folder " + parent.label(name));
  }
  TRY_ASSIGN(const Stat held, staged.m_folder.stat());
  const auto there = parent.stat(staged.m_staged_name);
  if (!there || !there->is_same_file(held)) {
    staged.m_staged_name.clear();
    return sys_error("cannot make folder " + parent.label(name), ENOENT);
  }
  if ((held.mode & S_ISGID) != 0 && wanted.mode && (*wanted.mode & S_ISGID) == 0) {
    Metadata now; // what is made in it does not inherit the group of a folder above
    now.mode = 0700;
    TRY(set_metadata({parent, name, staged.m_folder.fd(), held}, now));
  }
  return staged;
}

Result<>
StagedFolder::publish(const Metadata& wanted)
{
  Metadata now = wanted;
  now.mode = wanted.mode.value_or(0) | 0700U;
  now.mtime.reset();
  TRY(set_metadata(m_folder, now));
  if (rename_with_flags(m_parent.fd(), m_staged_name.c_str(), m_parent.fd(), m_name.c_str(),
                        RENAME_NOREPLACE) == 0) {
    m_staged_name.clear();
    return {};
  }
  const int error = errno;
  const auto there = m_parent.stat(m_name);
  if (error == EINVAL && !there) { // the file system knows no such rename, and nothing is there
    TRY(m_parent.rename(m_staged_name, m_parent, m_name));
    m_staged_name.clear();
    return {};
  }
  if ((error != EEXIST && error != EINVAL) || !there || !there->is_folder()) {
    return sys_error("cannot make folder " + m_parent.label(m_name), error == EINVAL ? EEXIST : error);
  }
  TRY_ASSIGN(const Dir present, m_parent.open_folder(m_name));
  return move_into(present);
}

Result<>
StagedFolder::move_into(const Dir& there)
{
  NameList names;
  if (const int error = read_names(m_folder, names); error != 0) {
    return sys_error("cannot read folder " + m_folder.label(), error);
  }
  for (const ListedName& name : names.all()) {
    TRY(m_folder.rename(names.text(name), there, names.text(name)));
  }
  discard();
  m_folder = there;
  return {};
}

void
StagedFolder::discard()
{
  // A moved-from one has no parent any more.
  if (!m_staged_name.empty() && m_parent) {
    NameList names;
    if (m_folder && read_names(m_folder, names) == 0) {
      for (const ListedName& name : names.all()) {
        ::unlinkat(m_folder.fd(), names.c_str(name), 0);
      }
    }
    ::unlinkat(m_parent.fd(), m_staged_name.c_str(), AT_REMOVEDIR);
  }
  m_staged_name.clear();
}

} // namespace godwit::fs
