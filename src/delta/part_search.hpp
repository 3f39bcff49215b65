#pragma once

#include <optional>
#include <vector>

#include "delta/basis_table.hpp"
#include "delta/range_search.hpp"
#include "delta/segments.hpp"
#include "delta/strong.hpp"

namespace godwit::delta {

// What a search of a range found, from its start on.
struct FoundRange {
  std::uint64_t from = 0;
  std::vector<Segment> segments;
  Searched searched;
  ContentHash hash;
};

// Searches a range by up to `threads` threads, each with a share of whole stretches of the hash. In the order of the
// file; what one found may reach into the next. The table's blocks have anchors.
Result<std::vector<FoundRange>> search_by_threads(const HashKey& key, const BasisTable& table, ReadAt& source,
                                                  const SearchRange& range, unsigned threads);

// Looks for the blocks of a range in their own places alone, which `sums` has. Nothing where that will not do.
Result<std::optional<FoundRange>> search_in_place(const HashKey& key, const Signature& sums, ReadAt& source,
                                                  const SearchRange& range);

} // namespace godwit::delta
