#pragma once

#include <cstdint>
#include <string_view>

#include "godwit/base/bytes.hpp"
#include "godwit/base/result.hpp"
#include "godwit/fs/dir.hpp"
#include "godwit/model/entry.hpp"

namespace godwit::fs {

// Adds to `content` the whole of a small file that is still as it was listed; nothing where the result is not true.
// System calls: openat, read, statx, close.
//
// True: it is a regular file of that size and time, and nothing changed while it was
// read: one read of a byte more than the size shows that it did not grow, and
// its ctime is older than the start. False: something is otherwise, or so young that this
// cannot be told; look at it before and after a read instead. An error: it cannot be
// opened.
Result<bool> read_as_listed(const Dir& folder, std::string_view name, std::uint64_t size, model::Time mtime,
                            Bytes& content);

} // namespace godwit::fs
