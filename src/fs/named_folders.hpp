#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "godwit/fs/fd.hpp"

namespace godwit::fs {

// The folders below a root that the user named and that only links lead to, held open: whoever names a path means
// what it leads to. Copies share the descriptors.
class NamedFolders
{
public:
  // Goes along `path` from `root`, and holds the folders from the first link on. Ends where no folder is.
  void add(int root, const std::string& path);

  bool is_empty() const { return m_folders.empty(); }
  // A descriptor, or -1.
  int find(std::string_view path) const;
  // That of the longest part of `path` that is held, which it is cut off; else `root`.
  int nearest(int root, std::string_view& path) const;
  std::vector<int> all() const;

private:
  std::map<std::string, std::shared_ptr<const Fd>, std::less<>> m_folders; // by path
};

} // namespace godwit::fs
