#pragma once
// How far a file or a run is, in one line without its end.

#include <cstdint>
#include <string>

#include "godwit/model/event.hpp"

namespace godwit::cli
{

struct Progress {
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  double seconds = 0; // since it began
};

// "         32,768  32%  293.11MB/s    0:00:01": what is left of the time.
std::string running_text(const Progress& progress, int level);

// How far the whole run is.
struct RunProgress {
  std::uint64_t transferred = 0;
  std::uint64_t listed = 0;
  std::uint64_t planned = 0;
  bool list_is_complete = false;
};

// The same with the time that it took, and "(xfr#3, to-chk=1/8)".
std::string finished_text(const Progress& progress, const RunProgress& run, int level);

// The line that a terminal shows when no other output was asked for.
std::string live_text(const model::Totals& totals);

} // namespace godwit::cli
