#include "godwit/fs/leftover.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include "godwit/base/assert.hpp"
#include "godwit/fs/staged_name.hpp"

namespace godwit::fs {

Result<>
remove_leftover(const Dir& folder, std::string_view name)
{
  ASSERT(is_staged_name(name));
  TRY_ASSIGN(const Fd file, folder.open_file(name, O_RDONLY));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return {};
  }
  return folder.unlink(name);
}

} // namespace godwit::fs
