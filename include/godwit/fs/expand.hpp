#pragma once

#include <string>
#include <vector>

#include "godwit/fs/names.hpp"

namespace godwit::fs {

// A leading `~` or `~user` of an operand; an unknown user leaves it as it is.
std::string expand_home(const std::string& operand, NameService& names);
// expand_home(), then the wildcards `*`, `?` and `[...]`; nothing else has a
// meaning. Sorted bytewise; no match: the operand itself, literally.
std::vector<std::string> expand_operand(const std::string& operand, NameService& names);

} // namespace godwit::fs
