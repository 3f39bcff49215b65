#pragma once

#include <cstdint>
#include <string_view>

namespace godwit::plan
{

// How unlike two file names are: 0 where they are equal. Steps from one to the other are counted: another
// digit, as versions and dates differ in, is one; any other byte changed, added or dropped is four, digits
// added or dropped two. Another suffix (what follows the last dot) is four more, whatever its bytes. Ends
// early, with something above `most`, once that is exceeded.
std::uint32_t name_distance(std::string_view a, std::string_view b, std::uint32_t most);

// Names of this distance or less may well be versions of one another: about a third of the
// bytes of the longer one may differ.
std::uint32_t similar_within(std::string_view a, std::string_view b);

} // namespace godwit::plan
