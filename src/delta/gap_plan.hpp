#pragma once

#include <cstdint>
#include <vector>

#include "delta/gap.hpp"

namespace godwit::delta {

// A part of the new file, and the parts of the basis to look for it in.
struct GapSearch {
  Range fresh;
  std::vector<Range> basis;
};

// What to search next in one gap. A sample is a few small searches that tell
// whether the whole is worth its sums.
struct GapTask {
  std::size_t segment = 0;
  std::uint32_t block_bytes = 0;
  bool sample = false;
  std::vector<GapSearch> searches;
};

struct GapPlan {
  std::vector<GapTask> tasks; // in the order of the segments
  SumRequest request;
  std::uint64_t likely_saving = 0;
};

// Chooses the gaps that are worth finer sums, and where in the basis to look:
// between the copies around them, or near each where those do not follow one another.
GapPlan plan_gaps(const std::vector<Segment>& segments, const GapContext& context);

} // namespace godwit::delta
