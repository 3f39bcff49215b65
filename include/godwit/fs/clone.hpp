#pragma once

#include <cstdint>

#include "godwit/base/result.hpp"
#include "godwit/fs/stat.hpp"

namespace godwit::fs {

enum class CopyWay : std::uint8_t {
  clone,       // FICLONE: blocks are shared
  kernel_copy, // copy_file_range
  read_write,
};

struct Copied {
  std::uint64_t bytes = 0; // the file's length that was reached, holes included
  CopyWay way = CopyWay::read_write;
};

// The whole of the open file `from` into the empty open file `to`, by the first way
// that works; holes stay holes. Copies as far as the file goes: that it did not
// change, the caller finds out by its FileState before and after.
// Errors name `what`.
Result<Copied> copy_whole(int from, int to, const std::string& what);

// A range of one open file into another: shared where both offsets and the length
// allow it, else copied by the kernel. Returns false where it can do neither, having
// changed nothing that a plain write of the range would not mend.
bool copy_range(int from, std::uint64_t from_at, int to, std::uint64_t to_at, std::uint64_t length);

} // namespace godwit::fs
