#pragma once

#include <string>
#include <string_view>

namespace godwit::fs {

// Names of what is not whole yet: `.godwit-<boot>-<run>-<target>`. `boot`: 8
// hexadecimal digits of a hash of the boot id; `run`: 8 of this process's own,
// another at each call. A target too long for it is replaced by `#` and 16
// digits of its hash.
std::string staged_name_for(std::string_view target);
bool is_staged_name(std::string_view name);
// What staged_name_for() was called for; empty where the name carries only a hash.
std::string_view target_of_staged(std::string_view name);
// Made since the machine was started?
bool is_of_this_boot(std::string_view name);
// Reads the boot id now; after confinement it could not be read any more.
void prepare_staged_names();

} // namespace godwit::fs
