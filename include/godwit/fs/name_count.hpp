#pragma once

#include <cstdint>

#include "godwit/base/result.hpp"
#include "godwit/fs/dir.hpp"

namespace godwit::fs {

// How many names the folder holds, at all depths, but for those of unfinished files. Ends
// early past `most`.
Result<std::uint64_t> count_names(const Dir& folder, std::uint64_t most);

} // namespace godwit::fs
