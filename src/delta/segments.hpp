#pragma once

#include <cstdint>
#include <vector>

#include "godwit/delta/ops.hpp"

namespace godwit::delta {

// A stretch of the new file: a copy, or a gap whose content is not known to be in the basis.
struct Segment {
  std::uint64_t bytes = 0;
  std::uint64_t basis_at = 0;    // of a copy
  std::uint32_t tried_block = 0; // of a gap: the smallest blocks it was searched for; 0: a copy
  bool hot = false;              // of a gap: a sample of it was found by the next smaller blocks
  bool closed = false;           // of a gap: nothing more to ask
  bool hole = false;             // zeros; counts as a copy from its own place

  bool
  is_gap() const
  {
    return tried_block != 0;
  }
};

inline Segment
copy_segment(std::uint64_t basis_at, std::uint64_t bytes)
{
  return {bytes, basis_at, 0, false, false, false};
}

// Adds a segment; one that goes on the last is merged with it.
inline void
append_segment(std::vector<Segment>& segments, const Segment& added)
{
  if (added.bytes == 0) {
    return;
  }
  if (!segments.empty()) {
    Segment& last = segments.back();
    const bool both_gaps = last.is_gap() && added.is_gap() && last.tried_block == added.tried_block &&
                           last.hot == added.hot && last.closed == added.closed;
    const bool one_copy = !last.is_gap() && !added.is_gap() && last.hole == added.hole &&
                          last.basis_at + last.bytes == added.basis_at;
    if (both_gaps || one_copy) {
      last.bytes += added.bytes;
      return;
    }
  }
  segments.push_back(added);
}

// What a search found, gaps without their bytes.
class SegmentList : public OpSink
{
public:
  Result<>
  copy(std::uint64_t basis_at, std::uint64_t bytes) override
  {
    append_segment(segments, copy_segment(basis_at, bytes));
    return {};
  }
  Result<>
  literal(ByteView bytes) override
  {
    Segment gap;
    gap.bytes = bytes.size();
    gap.tried_block = 1;
    append_segment(segments, gap);
    return {};
  }
  Result<>
  hole(std::uint64_t bytes) override
  {
    Segment zeros = copy_segment(0, bytes);
    zeros.hole = true;
    segments.push_back(zeros);
    return {};
  }

  std::vector<Segment> segments;
};

} // namespace godwit::delta
