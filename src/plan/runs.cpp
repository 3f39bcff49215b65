#include "godwit/plan/runs.hpp"

#include <utility>

#include "godwit/base/assert.hpp"

namespace godwit::plan
{

namespace
{

constexpr std::uint64_t digest_mask = (std::uint64_t{1} << (8 * Run::digest_bytes)) - 1;

Run
to_run(PageSummary&& summary)
{
  return {summary.count, summary.is_comparable, summary.digest.low & digest_mask, std::move(summary.owners)};
}

} // namespace

std::vector<Run>
cut_runs(std::span<const model::Entry> entries, std::uint32_t grain, PageBuilder& builder)
{
  ASSERT(grain != 0 && grain <= max_grain && builder.count() == 0);
  std::vector<Run> runs;
  for (const model::Entry& entry : entries) {
    builder.add(entry);
    const bool ends_here = builder.key().hash64(as_bytes(entry.path.view())) % grain == 0;
    if (ends_here || builder.count() == max_run_entries(grain)) {
      runs.push_back(to_run(builder.finish()));
    }
  }
  if (builder.count() != 0) {
    runs.push_back(to_run(builder.finish()));
  }
  return runs;
}

bool
same_run(const Run& source, const Run& dest, std::span<const OwnerIds> mapped_source_owners)
{
  return source.is_comparable && dest.is_comparable && source.count == dest.count &&
         source.digest == dest.digest && same_owners(mapped_source_owners, dest.owners);
}

} // namespace godwit::plan
