#pragma once

#include <string_view>

#include "godwit/base/result.hpp"
#include "godwit/model/rate_table.hpp"

namespace godwit::cli
{

// --bwlimit: RATE, or a timetable of 'HH:MM,RATE' separated by blanks. RATE is a
// size in KiB (rsync's suffixes), or `off`, which is 0: no limit.
Result<model::RateTable> parse_rates(std::string_view text);

} // namespace godwit::cli
