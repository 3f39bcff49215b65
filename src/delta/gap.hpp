#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "delta/segments.hpp"
#include "godwit/delta/sum_request.hpp"

namespace godwit::delta {

// What lies before and around the segments to plan for.
struct GapContext {
  std::uint64_t fresh_at = 0;  // of the first segment
  std::uint64_t copied_to = 0; // where the copy before the first segment ended in the basis
  std::uint64_t basis_bytes = 0;
};

// A gap and what surrounds it.
struct Gap {
  const Segment& segment;
  std::size_t number = 0; // of the segment
  Range fresh;
  std::uint64_t from = 0; // the copy before ended here in the basis
  std::uint64_t to = 0;   // the copy behind begins here
  std::uint64_t basis_bytes = 0;

  // What is left of it then lies where it lay, and guesses find it without a search.
  bool
  keeps_length() const
  {
    return from <= to && to - from == fresh.bytes;
  }
  // Pages of a database or a disk image that were written anew: nothing is left of them.
  bool
  is_whole_pages() const
  {
    constexpr std::uint64_t page = 4096;
    return fresh.at % page == 0 && fresh.bytes % page == 0;
  }
};

// Calls visit(gap) for each, in order, until it returns false.
template <class Visit>
void
visit_gaps(const std::vector<Segment>& segments, const GapContext& context, Visit&& visit)
{
  std::uint64_t fresh_at = context.fresh_at;
  std::uint64_t from = context.copied_to;
  for (std::size_t i = 0; i < segments.size(); fresh_at += segments[i].bytes, ++i) {
    const Segment& segment = segments[i];
    if (!segment.is_gap()) {
      from = std::min(segment.basis_at + segment.bytes, context.basis_bytes); // a hole may end beyond
      continue;
    }
    const bool bounded = i + 1 < segments.size() && !segments[i + 1].is_gap();
    const std::uint64_t to = bounded ? segments[i + 1].basis_at : context.basis_bytes;
    if (!visit(Gap{segment, i, {fresh_at, segment.bytes}, from, to, context.basis_bytes})) {
      return;
    }
  }
}

} // namespace godwit::delta
