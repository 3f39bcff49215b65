#pragma once
// System calls that the C library lacks or wraps badly, and names for them.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace godwit::fs {

// The only empty path ever passed with AT_EMPTY_PATH: the call filter of a
// confined process knows it by its address.
extern const char empty_path[1];

// A name with the NUL that the kernel wants. Asserts that it is a valid one.
class CName
{
public:
  explicit CName(std::string_view name);
  const char* c_str() const { return m_bytes; }

private:
  char m_bytes[256];
};

// Opens the folder `path` (below `folder`, no link in it, shorter than
// PATH_MAX); component by component where openat2 is missing. -1 and errno.
int open_beneath(int folder, const char* path, int flags);
// The same by component; `follow` is asked to open a component that is a link.
using FollowLink = int (*)(const void* context, int folder, const char* name);
int open_by_component(int folder, std::string_view path, int flags, FollowLink follow, const void* context);
// openat2 with RESOLVE_NO_MAGICLINKS only, else openat.
int open_following(int folder, const char* path, int flags);

int rename_with_flags(int from_folder, const char* from, int to_folder, const char* to, unsigned flags);
// fchmodat2 with AT_EMPTY_PATH (Linux 6.6); ENOSYS before.
int chmod_handle(int fd, std::uint32_t mode);

} // namespace godwit::fs
