#include "godwit/model/rate_table.hpp"

#include <algorithm>

namespace godwit::model {

bool
RateTable::limits() const
{
  return std::any_of(steps.begin(), steps.end(), [](const Step& step) { return step.bytes_per_second != 0; });
}

std::uint64_t
RateTable::at(int minute_of_day) const
{
  if (steps.empty()) {
    return 0;
  }
  const auto next = std::find_if(steps.begin(), steps.end(),
                                 [=](const Step& step) { return step.minute > minute_of_day; });
  return next == steps.begin() ? steps.back().bytes_per_second : (next - 1)->bytes_per_second;
}

} // namespace godwit::model
