#pragma once

#include <span>

#include "godwit/fs/sandbox_linux.hpp"

namespace godwit::fs {

// The kernel's version of Landlock; 0 where it has none or it is off.
int landlock_version();
// Shuts off every file and folder but the roots. False where the kernel refuses.
// no_new_privs must be set.
bool enter_landlock(int version, const SandboxPlan& plan);

} // namespace godwit::fs
