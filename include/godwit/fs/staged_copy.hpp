#pragma once

#include <string>

#include "godwit/base/result.hpp"
#include "godwit/fs/staged_file.hpp"

namespace godwit::fs {

// The whole of the open file `from` into a staged one, through its own writes: for
// one that is in place, makes holes or has its room reserved. Holes of `from` are
// skipped. Errors name `what`.
Result<> copy_into(StagedFile& staged, int from, const std::string& what);

} // namespace godwit::fs
