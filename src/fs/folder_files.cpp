#include "godwit/fs/folder_files.hpp"

#include <algorithm>

#include "godwit/fs/staged_name.hpp"
#include "name_list.hpp"

namespace godwit::fs {

namespace {

constexpr std::size_t buffer_bytes = 32U << 10U;

} // namespace

Result<std::vector<FolderFile>>
files_in(const Dir& folder, std::size_t most)
{
  TRY_ASSIGN(const Fd listing, folder.open_listing(model::RelPath()));
  std::vector<char> buffer(buffer_bytes);
  NameList names;
  if (const int error = names.read(listing.get(), 0, buffer); error != 0) {
    return sys_error("cannot list " + folder.label(), error);
  }
  std::vector<FolderFile> files;
  for (const ListedName& name : names.all().first(std::min(most, names.all().size()))) {
    const std::string_view text = names.text(name);
    const bool may_be_file = name.kind == NameKind::non_folder || name.kind == NameKind::unknown;
    if (!may_be_file || is_staged_name(text)) {
      continue;
    }
    if (const auto stat = folder.stat(text); stat && stat->is_regular()) { // it may have vanished
      files.push_back({std::string(text), *stat});
    }
  }
  return files;
}

} // namespace godwit::fs
