#pragma once

#include <cstdint>
#include <string>

#include "godwit/base/result.hpp"
#include "godwit/model/entry.hpp"

struct statx;

namespace godwit::fs {

// What the kernel says of one file.
struct Stat {
  model::Type type = model::Type::unknown;
  std::uint32_t mode = 0; // 07777
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t links = 0;
  model::Time mtime;
  model::Time ctime;
  std::uint64_t size = 0;
  std::uint64_t device = 0;     // devices: st_rdev
  std::uint64_t filesystem = 0; // st_dev
  std::uint64_t inode = 0;
  std::uint64_t allocated = 0; // bytes on disk

  bool is_folder() const { return type == model::Type::folder; }
  bool is_regular() const { return type == model::Type::regular; }
  bool is_same_file(const Stat& other) const
  {
    return inode == other.inode && filesystem == other.filesystem;
  }
};

// Equal before and after a read: nothing changed meanwhile.
struct FileState {
  std::uint64_t size = 0;
  model::Time mtime;
  model::Time ctime;
  std::uint64_t inode = 0;

  FileState() = default;
  explicit FileState(const Stat& stat)
      : size(stat.size), mtime(stat.mtime), ctime(stat.ctime), inode(stat.inode)
  {
  }
  bool operator==(const FileState&) const = default;
};

Stat to_stat(const struct ::statx& from);
// Of an open descriptor, O_PATH ones too. `what` names it in the error.
Result<Stat> stat_fd(int fd, const std::string& what);

} // namespace godwit::fs
