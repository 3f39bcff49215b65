#pragma once
// A file, or the end of one, sent without looking for anything in it.

#include <cstdint>

#include "godwit/delta/matcher.hpp"

namespace godwit::delta {

struct TailRange {
  std::uint64_t hashed_from = 0;
  std::uint64_t sent_from = 0; // not before hashed_from
  std::uint64_t claimed_bytes = 0; // of the whole file
};

// Emits what lies behind `sent_from` as literals and holes, and hashes from
// `hashed_from` on. Reads at most one byte more than `claimed_bytes`, to notice growth.
// Ends at the first error of `source` or `sink`.
Result<MatchResult> emit_tail(ReadAt& source, const HashKey& key, const TailRange& range, OpSink& sink);

} // namespace godwit::delta
