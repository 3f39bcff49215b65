#pragma once

#include <string>
#include <string_view>

#include "godwit/base/result.hpp"

namespace godwit::cli
{

// All of a file that the user named; `-` is the standard input.
Result<std::string> read_rule_file(std::string_view path);

} // namespace godwit::cli
