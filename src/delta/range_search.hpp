#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "delta/anchor_search.hpp"
#include "delta/output.hpp"
#include "delta/stretches.hpp"
#include "delta/window.hpp"
#include "godwit/base/content_hash.hpp"

namespace godwit::delta {

// A part of a new file of `file_bytes`, as it was listed.
struct SearchRange {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::uint64_t file_bytes = 0;

  bool
  is_last() const
  {
    return to == file_bytes;
  }
};

struct Searched {
  std::uint64_t end = 0;    // of the ops: `to`, or behind it where a block reaches across
  bool is_shorter = false;  // the file ended there, before `to`
  std::uint64_t literal_bytes = 0;
  std::uint64_t matched_bytes = 0;
};

// How far a stretch of a range is read, how far of that is hashed, and where the search of it stops.
struct StretchBounds {
  static constexpr std::uint64_t no_end = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t limit = 0;
  std::uint64_t hashed_to = no_end;
  std::uint64_t stop = no_end;
};

// The last stretch of a range is read on as far as AnchorSearch needs it; that of the last range by a byte, which
// shows that the file grew.
inline StretchBounds
bounds_of(const Stretches::Stretch& stretch, bool is_at_end, const SearchRange& range, std::uint64_t block_bytes)
{
  if (!is_at_end) {
    return {stretch.end, stretch.end, stretch.end};
  }
  if (range.is_last()) {
    return {range.file_bytes + (range.file_bytes == StretchBounds::no_end ? 0 : 1)};
  }
  const std::uint64_t seen_to = range.to + AnchorSearch::stop_blocks * block_bytes;
  return {std::min(range.file_bytes, seen_to), range.to, range.to};
}

// Reads a range once and hashes it, and calls search(window, output, stop), which returns Result<>, for each
// stretch between long holes of it.
template <class Search>
Result<Searched>
search_range(ReadAt& source, const SearchRange& range, std::uint32_t block_bytes, ContentHash& hash, OpSink& sink,
             Search&& search)
{
  constexpr std::size_t window_bytes = std::size_t{2} << 20U;
  const std::size_t capacity = window_bytes + AnchorSearch::window_blocks * block_bytes;
  Searched found;
  Stretches stretches(source, range.from, range.to, block_bytes);
  do {
    const Stretches::Stretch stretch = stretches.next();
    if (stretch.hole != 0) {
      hash.zeros(stretch.hole);
      found.matched_bytes += stretch.hole;
      TRY(sink.hole(stretch.hole));
    }
    const StretchBounds bounds = bounds_of(stretch, stretches.is_at_end(), range, block_bytes);
    if (stretch.at == bounds.stop) { // a range that ends in a hole: what lies behind it is of no use
      found.end = stretch.at;
      break;
    }
    Window window(source, {stretch.at, bounds.limit, bounds.hashed_to}, capacity, &hash);
    Output output(window, sink);
    TRY(search(window, output, bounds.stop));
    found.end = output.emitted();
    found.literal_bytes += output.literal_bytes();
    found.matched_bytes += output.matched_bytes();
    found.is_shorter = window.ended() && window.end() < stretch.end;
  } while (!stretches.is_at_end() && !found.is_shorter);
  return found;
}

} // namespace godwit::delta
