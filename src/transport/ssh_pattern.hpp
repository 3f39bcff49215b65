#pragma once

#include <string_view>

namespace godwit::transport
{

// ssh's name patterns: `*` and `?`, no classes, letters of either case alike.
bool matches_pattern(std::string_view name, std::string_view pattern);

// A list of patterns divided by any of `dividers`: one must match, and none that begins with `!`.
bool matches_list(std::string_view name, std::string_view patterns, std::string_view dividers);

} // namespace godwit::transport
