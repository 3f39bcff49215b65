#include "delta/part_search.hpp"

#include "delta/aligned_search.hpp"
#include "godwit/base/beside.hpp"

namespace godwit::delta {

namespace {

Result<FoundRange>
search_share(const HashKey& key, const BasisTable& table, ReadAt& source, const SearchRange& share)
{
  SegmentList list;
  ContentHash hash(key, share.from);
  TRY_ASSIGN(const Searched searched, table.search(source, share, hash, list));
  return FoundRange{share.from, std::move(list.segments), searched, std::move(hash)};
}

// As even as whole stretches allow.
std::vector<SearchRange>
shares_of(const SearchRange& range, unsigned threads)
{
  constexpr std::uint64_t stretch = ContentHash::stretch_bytes;
  const std::uint64_t stretches = (range.to - range.from) / stretch;
  const std::uint64_t count = std::clamp<std::uint64_t>(stretches, 1, std::max(threads, 1U));
  std::vector<SearchRange> shares;
  std::uint64_t from = range.from;
  for (std::uint64_t i = 1; i <= count; ++i) {
    const std::uint64_t to = i == count ? range.to : range.from + stretches * i / count * stretch;
    shares.push_back({from, to, range.file_bytes});
    from = to;
  }
  return shares;
}

} // namespace

Result<std::vector<FoundRange>>
search_by_threads(const HashKey& key, const BasisTable& table, ReadAt& source, const SearchRange& range,
                  unsigned threads)
{
  const std::vector<SearchRange> shares = shares_of(range, threads);
  std::vector<std::optional<Result<FoundRange>>> outcomes(shares.size());
  {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < shares.size(); ++i) {
      others.push_back(run_beside([&, i] { outcomes[i].emplace(search_share(key, table, source, shares[i])); }));
    }
    outcomes[0].emplace(search_share(key, table, source, shares[0]));
  }
  std::vector<FoundRange> found;
  for (std::optional<Result<FoundRange>>& outcome : outcomes) {
    TRY_ASSIGN(FoundRange range_found, *std::move(outcome));
    found.push_back(std::move(range_found));
  }
  return found;
}

Result<std::optional<FoundRange>>
search_in_place(const HashKey& key, const Signature& sums, ReadAt& source, const SearchRange& range)
{
  const Strong strong(key, sums.shape);
  SegmentList list;
  ContentHash hash(key, range.from);
  bool is_in_place = true;
  const auto search = [&](Window& window, Output& output, std::uint64_t stop) -> Result<> {
    if (is_in_place) {
      TRY_ASSIGN(is_in_place, AlignedSearch(strong, sums, window, output).run_to(std::min(stop, range.to)));
    }
    return {};
  };
  TRY_ASSIGN(const Searched searched, search_range(source, range, sums.shape.block_bytes, hash, list, search));
  if (!is_in_place) {
    return std::optional<FoundRange>();
  }
  return std::optional<FoundRange>({range.from, std::move(list.segments), searched, std::move(hash)});
}

} // namespace godwit::delta
