#pragma once
// Runs: parts of a page, cut at names so that a name that came or went spoils one of them only. Where a page
// differs in more entries than a sketch (plan/elements) has room for, their digests tell which do.

#include <cstdint>
#include <span>
#include <vector>

#include "godwit/plan/page.hpp"

namespace godwit::plan
{

// A run's digest is 48 bits: a difference hides behind it once in 2^48, and not for good, as the salt is
// another in every run of the program. Where all runs of unequal pages are equal, the page is believed.
struct Run {
  static constexpr std::size_t digest_bytes = 6;

  std::uint32_t count = 0;
  bool is_comparable = true; // false: never equal
  std::uint64_t digest = 0;
  std::vector<OwnerIds> owners; // as of a page
  bool operator==(const Run&) const = default;
};

// How fine a page is cut first, and then what differs of it: names in a run, about.
inline constexpr std::uint32_t run_grains[] = {32, 4, 1};
inline constexpr std::uint32_t max_grain = PageBuilder::max_entries;

// A run ends after a name whose hash is 0 mod `grain`, with twice as many names at most.
constexpr std::uint32_t
max_run_entries(std::uint32_t grain)
{
  return 2 * grain;
}

// Of entries that follow one another in a listing of that side. `grain` is 1 to max_grain.
std::vector<Run> cut_runs(std::span<const model::Entry> entries, std::uint32_t grain, PageBuilder& builder);

// `mapped_source_owners` as in same_page().
bool same_run(const Run& source, const Run& dest, std::span<const OwnerIds> mapped_source_owners);

} // namespace godwit::plan
