#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "godwit/base/result.hpp"
#include "godwit/fs/dir.hpp"
#include "godwit/model/entry.hpp"

namespace godwit::fs {

// What an entry is to have; what is not set stays as it is.
struct Metadata {
  std::optional<std::uint32_t> mode; // 07777; symlinks have none
  std::uint32_t uid = model::keep_id;
  std::uint32_t gid = model::keep_id;
  std::optional<model::Time> mtime;
  bool is_owner_optional = false; // EPERM leaves owner or group as they are, and is no error
};

// Makes an existing entry of any type so, through a descriptor that follows no
// link and opens no device or fifo; only what differs is touched, the owner
// before the mode, the time last.
Result<> set_metadata(const Dir& parent, std::string_view name, const Metadata& wanted);
// Of the folder itself: a root, say.
Result<> set_metadata(const Dir& folder, const Metadata& wanted);
// What has that name in a folder, or the folder itself where there is none; open (O_PATH will do), and as `there`
// says.
struct OpenEntry {
  const Dir& parent;
  std::string_view name;
  int fd;
  Stat there;
};
Result<> set_metadata(const OpenEntry& entry, const Metadata& wanted);

} // namespace godwit::fs
