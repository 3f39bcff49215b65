#pragma once

#include <cstdint>
#include <string_view>

#include "godwit/base/result.hpp"

namespace godwit::cli
{

// How a number without a suffix is read.
enum class SizeUnit : bool { bytes, kib };

// A SIZE as rsync takes it: digits with an optional fraction, then K, M, G, T
// or P (1024; with a `B` behind it 1000; `KiB` is 1024), or B, then `+1` or
// `-1`. Empty is 0. `option` names the option in the error.
Result<std::uint64_t> parse_size(std::string_view text, SizeUnit unit, std::string_view option);

// A whole number in C's notations: 010 is 8, 0x10 is 16. Empty is 0.
Result<int> parse_int(std::string_view text, std::string_view option);

} // namespace godwit::cli
