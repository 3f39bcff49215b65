#include "godwit/fs/name_count.hpp"

#include <utility>
#include <vector>

#include "godwit/fs/staged_name.hpp"
#include "name_list.hpp"

namespace godwit::fs {
namespace {

constexpr std::size_t buffer_bytes = 32U << 10U;

Result<bool>
is_folder(const Dir& root, const model::RelPath& path, NameKind kind)
{
  if (kind != NameKind::unknown) {
    return kind == NameKind::folder;
  }
  TRY_ASSIGN(const Stat stat, root.stat(path));
  return stat.is_folder();
}

} // namespace

Result<std::uint64_t>
count_names(const Dir& folder, std::uint64_t most)
{
  std::vector<char> buffer(buffer_bytes);
  std::vector<model::RelPath> left{model::RelPath()};
  std::uint64_t count = 0;
  while (!left.empty() && count <= most) {
    const model::RelPath path = std::move(left.back());
    left.pop_back();
    TRY_ASSIGN(const Fd listing, folder.open_listing(path));
    NameList names;
    if (const int error = names.read(listing.get(), 0, buffer); error != 0) {
      return sys_error("cannot list " + folder.label(path), error);
    }
    for (const ListedName& name : names.all()) {
      const std::string_view text = names.text(name);
      if (is_staged_name(text)) {
        continue;
      }
      ++count;
      TRY_ASSIGN(const bool goes_on, is_folder(folder, path.child(text), name.kind));
      if (goes_on) {
        left.push_back(path.child(text));
      }
    }
  }
  return count;
}

} // namespace godwit::fs
