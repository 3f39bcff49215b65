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
// Of an open descriptor (O_PATH will do) that is `there` now; `what` names it in errors.
Result<> set_metadata(int fd, const Stat& there, const Metadata& wanted, const std::string& what);

} // namespace godwit::fs
