#pragma once

#include <string_view>

#include "godwit/base/result.hpp"
#include "godwit/model/options.hpp"

namespace godwit::cli
{

// The comma-separated words of --info, in any case of letters.
Result<> read_info_words(model::Options& options, std::string_view words);

} // namespace godwit::cli
