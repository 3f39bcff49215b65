#include "progress_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "number_format.hpp"

namespace godwit::cli
{

namespace
{

constexpr double least_seconds = 0.001;

double
rate_of(const Progress& progress)
{
  return static_cast<double>(progress.done) / std::max(progress.seconds, least_seconds);
}

int
percent_of(const Progress& progress)
{
  if (progress.done >= progress.total) {
    return 100;
  }
  return static_cast<int>(100.0 * static_cast<double>(progress.done) / static_cast<double>(progress.total));
}

double
seconds_left(const Progress& progress)
{
  const double rate = rate_of(progress);
  const std::uint64_t left = progress.total - std::min(progress.done, progress.total);
  return rate > 0 ? static_cast<double>(left) / rate : 0;
}

std::string
line(const Progress& progress, double clock, int level)
{
  return fmt::format("{:>15} {:3}% {} {}", format_number(progress.done, level), percent_of(progress),
                     format_rate(rate_of(progress)), format_clock(clock));
}

} // namespace

std::string
running_text(const Progress& progress, int level)
{
  return line(progress, seconds_left(progress), level) + "  ";
}

std::string
finished_text(const Progress& progress, const RunProgress& run, int level)
{
  const std::uint64_t left = run.listed - std::min(run.planned, run.listed);
  return line(progress, progress.seconds, level) + fmt::format(" (xfr#{}, {}-chk={}/{})", run.transferred,
                                                               run.list_is_complete ? "to" : "ir", left,
                                                               run.listed);
}

std::string
live_text(const model::Totals& totals)
{
  constexpr int with_units = 3;
  const Progress progress{totals.transferred_done, totals.transferred_size, totals.seconds};
  std::string rate = format_rate(rate_of(progress));
  rate.erase(0, rate.find_first_not_of(' '));
  return fmt::format("{} files{}, {} at {}", format_number(totals.files, 1),
                     totals.list_is_complete ? "" : " so far",
                     format_number(totals.transferred_done, with_units), rate);
}

} // namespace godwit::cli
