#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "godwit/base/result.hpp"
#include "godwit/fs/dir.hpp"

namespace godwit::fs {

// What the file system that a folder lies on can hold and does by itself.
struct DiskFacts {
  std::uint64_t time_grain_ns = 1; // times are cut to a multiple of it
  std::size_t max_name_bytes = 255;
  bool orders_replacements = false; // data reach the disk before the rename that puts them in place
  bool is_good_direct = false;      // writing past its page cache costs less, and keeps what is written together
  std::uint64_t id = 0;             // equal for all folders on it
  bool has_owners = true;           // false: all files belong to who mounted it
};

// What cannot be asked is assumed to be the usual.
DiskFacts disk_facts(const Dir& folder);
// Whether a copy by the kernel spares the bytes their way: the file system's server makes it.
bool copies_by_itself(int file);
// Waits until all that was written to the file system of an open file is on disk; `what` names it in errors.
Result<> sync_disk(int file, const std::string& what);

} // namespace godwit::fs
