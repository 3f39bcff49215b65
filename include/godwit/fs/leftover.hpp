#pragma once

#include <string_view>

#include "godwit/base/result.hpp"
#include "godwit/fs/dir.hpp"

namespace godwit::fs {

// Removes a staged file that a killed run left behind; one whose writer still
// holds its lock stays, and is no error. `name` is one that is_staged_name().
Result<> remove_leftover(const Dir& folder, std::string_view name);

} // namespace godwit::fs
