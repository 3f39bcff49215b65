#pragma once

#include <string_view>

namespace godwit::plan
{

// Whether the whole of `text` matches `pattern`: `*` and `?` and classes stop at slashes, `**` does not, a
// backslash takes the next byte literally. Classes are `[a-z]`, `[!a]`, `[^a]`, `[[:alpha:]]`, of ASCII; an
// unclosed or unknown one matches nothing. Polynomial in the worst case.
bool wildmatch(std::string_view pattern, std::string_view text);

} // namespace godwit::plan
