#include "godwit/fs/node.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "godwit/fs/staged_name.hpp"
#include "kernel.hpp"

namespace godwit::fs {
namespace {

const char*
word_for(model::Type type)
{
  switch (type) {
  case model::Type::folder: return "folder";
  case model::Type::symlink: return "symlink";
  case model::Type::fifo: return "fifo";
  case model::Type::socket: return "socket";
  default: return "device";
  }
}

mode_t
format_of(model::Type type)
{
  switch (type) {
  case model::Type::fifo: return S_IFIFO;
  case model::Type::socket: return S_IFSOCK;
  case model::Type::char_device: return S_IFCHR;
  default: return S_IFBLK;
  }
}

// What may be seen before the owner is right.
mode_t
first_mode(const Metadata& wanted, mode_t private_mode)
{
  const bool is_foreign = wanted.uid != model::keep_id && wanted.uid != ::geteuid();
  const bool is_plain = wanted.mode && (*wanted.mode & 07000U) == 0;
  return is_foreign || wanted.gid != model::keep_id || !is_plain ? private_mode : *wanted.mode;
}

int
make_raw(int folder, const char* name, const model::Entry& entry, const Metadata& wanted)
{
  switch (entry.type) {
  case model::Type::folder: return ::mkdirat(folder, name, first_mode(wanted, 0700));
  case model::Type::symlink: return ::symlinkat(entry.target().c_str(), folder, name);
  case model::Type::fifo:
  case model::Type::socket:
  case model::Type::char_device:
  case model::Type::block_device:
    return ::mknodat(folder, name, format_of(entry.type) | first_mode(wanted, 0600), entry.device());
  case model::Type::regular:
  case model::Type::unknown: break;
  }
  errno = EINVAL;
  return -1;
}

bool
is_folder(const Dir& parent, std::string_view name)
{
  const auto there = parent.stat(name);
  return there && there->is_folder();
}

// A folder in the way may be removed while this goes on: then its place is free at the second try.
Result<>
make_plain(const Dir& parent, std::string_view name, const model::Entry& entry, const Metadata& wanted)
{
  const CName text(name);
  int error = make_raw(parent.fd(), text.c_str(), entry, wanted) == 0 ? 0 : errno;
  if (error == EEXIST && entry.type != model::Type::folder) {
    const auto there = parent.stat(name);
    if (!there && there.error().errno_value == ENOENT) {
      error = make_raw(parent.fd(), text.c_str(), entry, wanted) == 0 ? 0 : errno;
    } else if (there && there->is_folder()) {
      error = EISDIR;
    }
  }
  if (error != 0) {
    return sys_error(std::string("cannot make ") + word_for(entry.type) + " " + parent.label(name), error);
  }
  return set_metadata(parent, name, wanted);
}

Result<>
replace_by_rename(const Dir& parent, std::string_view name, const model::Entry& entry, const Metadata& wanted)
{
  const std::string staged = staged_name_for(name);
  auto made = make_plain(parent, staged, entry, wanted);
  if (made) {
    made = parent.rename(staged, parent, name);
  }
  if (!made) {
    ::unlinkat(parent.fd(), staged.c_str(), 0);
  }
  return made;
}

} // namespace

Result<>
make_node(const Dir& parent, std::string_view name, const model::Entry& entry, const Metadata& wanted,
          Replace replace)
{
  if (is_staged_name(name)) {
    return make_error(ErrorKind::unsupported,
                      "cannot make " + parent.label(name) + ": the name is of the form of unfinished files");
  }
  if (replace == Replace::no) {
    return make_plain(parent, name, entry, wanted);
  }
  if (entry.type != model::Type::folder) {
    return replace_by_rename(parent, name, entry, wanted);
  }
  Result<> made = make_plain(parent, name, entry, wanted);
  if (made || made.error().errno_value != EEXIST || is_folder(parent, name)) {
    return made;
  }
  if (auto gone = parent.unlink(name); !gone && gone.error().errno_value != ENOENT) {
    return gone;
  }
  return make_plain(parent, name, entry, wanted);
}

bool
is_in_way(const Error& error)
{
  return error.kind == ErrorKind::system && error.errno_value == EISDIR;
}

} // namespace godwit::fs
