#pragma once

#include <cstdint>
#include <functional>
#include <string>

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
// Told how far it is after every 16 MiB, `goes_on` may stop it (kind `stopped`).
// Errors name `what`.
using GoesOn = std::function<bool(std::uint64_t bytes)>;
Result<Copied> copy_whole(int from, int to, const std::string& what, const GoesOn& goes_on = {});

// A range of one open file into another, sharing blocks: both offsets and the
// length are multiples of the file system's block (4 KiB), but for a length that
// ends where `from` does. False where it cannot; nothing is changed then.
bool clone_range(int from, std::uint64_t from_at, int to, std::uint64_t to_at, std::uint64_t length);

// A range copied by the kernel, as far as it goes; 0 where it cannot.
std::uint64_t copy_range(int from, std::uint64_t from_at, int to, std::uint64_t to_at, std::uint64_t length);

} // namespace godwit::fs
