#pragma once

#include <string_view>

#include "godwit/base/result.hpp"
#include "godwit/fs/dir.hpp"

namespace godwit::fs {

// What a killed run left behind: `name` is one that is_staged_name(). What its
// writer still holds the lock of stays as it is, and is no error.

// A staged file goes, a staged folder with all that is in it.
Result<> remove_leftover(const Dir& folder, std::string_view name);

// A staged folder gets its name, with those of its files that are whole; the others, whose
// time was not set yet, go. For a run that keeps times and modes, as the one that left it
// did. False, and nothing is changed but that unfinished files may be gone: it is a file, or locked, or from
// before the machine started (a power cut may have lost what was written), or of a
// file system that does not tell; or its name is taken, or was too long to be kept.
bool adopt_leftover(const Dir& folder, std::string_view name);

} // namespace godwit::fs
