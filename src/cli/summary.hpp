#pragma once
// What stands at the end of a run, and the lines of --list-only; without the
// end of the last line.

#include <string>

#include "godwit/model/entry.hpp"
#include "godwit/model/event.hpp"

namespace godwit::cli
{

// The block of --stats, in rsync's layout; `level` as in number_format.
std::string stats_block(const model::Totals& totals, int level);

enum class RunKind : bool { real, dry };

// `sent N bytes ...` and `total size is ...`.
std::string closing_lines(const model::Totals& totals, int level, RunKind kind);

enum class ShowTarget : bool { no, yes };

// `drwxr-xr-x          4,096 2026/11/22 20:28:46 .`, in local time.
std::string list_line(const model::Entry& entry, int level, ShowTarget target);

} // namespace godwit::cli
