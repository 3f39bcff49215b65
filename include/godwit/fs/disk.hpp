#pragma once

#include <cstddef>
#include <cstdint>

#include "godwit/base/result.hpp"
#include "godwit/fs/dir.hpp"

namespace godwit::fs {

// What the file system that a folder lies on can hold and does by itself.
struct DiskFacts {
  std::uint64_t time_grain_ns = 1; // times are cut to a multiple of it
  std::size_t max_name_bytes = 255;
  bool orders_replacements = false; // data reach the disk before the rename that puts them in place
  bool has_owners = true;           // false: all files belong to who mounted it
};

// What cannot be asked is assumed to be the usual.
DiskFacts disk_facts(const Dir& folder);
// Waits until all that was written to the folder's file system is on disk.
Result<> sync_disk(const Dir& folder);

} // namespace godwit::fs
