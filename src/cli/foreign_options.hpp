#pragma once
// Options of rsync that godwit does not have.

#include <string>
#include <string_view>

namespace godwit::cli
{

// For an option that is refused by name, by its name or letter without dashes:
// "--hard-links (-H)". Empty for what rsync does not know either.
std::string foreign_option(std::string_view name);

// The name turns off what godwit does not do anyway, and so changes nothing.
bool is_idle_name(std::string_view name);

} // namespace godwit::cli
