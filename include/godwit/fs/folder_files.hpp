#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "godwit/base/result.hpp"
#include "godwit/fs/dir.hpp"
#include "godwit/fs/stat.hpp"

namespace godwit::fs {

struct FolderFile {
  std::string name;
  Stat stat;
};

// The regular files in the folder itself, as the kernel lists them, but for unfinished ones.
// Of more than `most` names the first are looked at.
Result<std::vector<FolderFile>> files_in(const Dir& folder, std::size_t most);

} // namespace godwit::fs
