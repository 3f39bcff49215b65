#pragma once

#include <cstdint>
#include <vector>

namespace godwit::model {

// How much may be sent a second, by the time of day.
struct RateTable {
  static constexpr int minutes_a_day = 24 * 60;

  // From this minute of the day on.
  struct Step {
    int minute = 0;
    std::uint64_t bytes_per_second = 0; // 0: no limit
    bool operator==(const Step&) const = default;
  };
  std::vector<Step> steps; // by minute; before the first, the last one of the day before holds

  bool limits() const;  // at some time of the day
  bool changes() const { return steps.size() > 1; }
  std::uint64_t at(int minute_of_day) const;
};

} // namespace godwit::model
