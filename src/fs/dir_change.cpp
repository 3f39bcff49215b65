// The calls of Dir that change what is in it.
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "godwit/fs/dir.hpp"
#include "kernel.hpp"

namespace godwit::fs {

Result<>
Dir::make_folder(std::string_view name, std::uint32_t mode) const
{
  if (::mkdirat(fd(), CName(name).c_str(), mode) != 0) {
    return sys_error("cannot make folder " + label(name));
  }
  return {};
}

Result<>
Dir::unlink(std::string_view name) const
{
  if (::unlinkat(fd(), CName(name).c_str(), 0) != 0) {
    return sys_error("cannot remove " + label(name));
  }
  return {};
}

Result<>
Dir::unlink(const model::RelPath& path) const
{
  TRY_ASSIGN(const Dir parent, open_folder(path.parent()));
  return parent.unlink(path.name());
}

Result<>
Dir::remove_folder(std::string_view name) const
{
  if (::unlinkat(fd(), CName(name).c_str(), AT_REMOVEDIR) != 0) {
    return sys_error("cannot remove folder " + label(name));
  }
  return {};
}

Result<>
Dir::remove_folder(const model::RelPath& path) const
{
  TRY_ASSIGN(const Dir parent, open_folder(path.parent()));
  return parent.remove_folder(path.name());
}

Result<>
Dir::rename(std::string_view from, const Dir& to_folder, std::string_view to, unsigned flags) const
{
  if (rename_with_flags(fd(), CName(from).c_str(), to_folder.fd(), CName(to).c_str(), flags) != 0) {
    return sys_error("cannot rename " + label(from) + " to " + to_folder.label(to));
  }
  return {};
}

Result<>
Dir::link(std::string_view from, const Dir& to_folder, std::string_view to) const
{
  if (::linkat(fd(), CName(from).c_str(), to_folder.fd(), CName(to).c_str(), 0) != 0) {
    return sys_error("cannot link " + label(from) + " to " + to_folder.label(to));
  }
  return {};
}

} // namespace godwit::fs
