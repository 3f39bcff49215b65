#include "delta/gap_plan.hpp"

#include <algorithm>
#include <bit>

namespace godwit::delta {

namespace {

// A gap of more blocks than this is likely new data: a sample decides.
constexpr std::uint64_t long_gap_blocks = 16;
constexpr std::uint64_t samples = 4;
constexpr std::uint64_t sample_blocks = 8;
// How far from its expected place a sample is looked for.
constexpr std::uint64_t max_slack = std::uint64_t{64} << 10;
// No task takes more than a quarter of a request.
constexpr std::uint64_t max_task_blocks = SumRequest::max_blocks / 4;
// What a block and a range cost on the wire, about.
constexpr std::uint64_t block_cost = 6;
constexpr std::uint64_t range_cost = 6;
// As in signature.hpp.
constexpr unsigned margin = 16;

// From 64 KiB to 4 KiB to 512 bytes; larger blocks take steps of 64. The last, to 128 bytes, is
// for changes of a few bytes: a row of a database, an address in code. (64 found too little
// more in ELF files to pay for its sums.)
constexpr std::uint32_t small_block = 512;

std::uint32_t
next_block(std::uint32_t tried)
{
  if (tried > (16U << 10)) {
    return std::max(4096U, tried / 64);
  }
  if (tried >= 8 * small_block) {
    return small_block;
  }
  return tried > SumRange::min_block ? SumRange::min_block : 0;
}

std::uint64_t
round_up(std::uint64_t value, std::uint64_t block)
{
  return (value + block - 1) / block * block;
}

// Where the first `bytes` of a gap, or all of it, may lie in the basis.
std::vector<Range>
basis_ranges(const Gap& gap, std::uint64_t bytes, std::uint32_t block)
{
  const std::uint64_t reach = round_up(bytes + gap.segment.tried_block, block);
  const bool cut = bytes < gap.fresh.bytes;
  if (!cut && gap.from <= gap.to && gap.to - gap.from <= 2 * reach) {
    return gap.from == gap.to ? std::vector<Range>{} : std::vector<Range>{{gap.from, gap.to - gap.from}};
  }
  std::vector<Range> ranges;
  const std::uint64_t left = std::min(reach, gap.basis_bytes - gap.from);
  const std::uint64_t right = cut ? 0 : std::min(reach, gap.to);
  // Only the last range may end in a short block.
  const std::uint64_t whole = right == 0 ? left : left / block * block;
  if (whole != 0) {
    ranges.push_back({gap.from, whole});
  }
  if (right != 0) {
    ranges.push_back({gap.to - right, right});
  }
  return ranges;
}

GapTask
sample_task(const Gap& gap, std::uint32_t block)
{
  GapTask task{0, block, true, {}};
  const std::uint64_t length = sample_blocks * block;
  const std::uint64_t apart = (gap.fresh.bytes / samples - length - block) / 2; // so that samples do not overlap
  const std::uint64_t slack = std::min({max_slack, gap.fresh.bytes / 16, apart});
  for (std::uint64_t k = 0; k < samples; ++k) {
    const std::uint64_t into = gap.fresh.bytes / samples * k / block * block;
    // The first half lies as far from the copy before as it does in the new file, the rest from the one
    // behind.
    const std::uint64_t left = gap.fresh.bytes - into;
    if (k >= samples / 2 && gap.to < left) {
      continue;
    }
    const std::uint64_t at = k < samples / 2 ? gap.from + into : gap.to - left;
    if (at + length > gap.basis_bytes) {
      continue;
    }
    const std::uint64_t before = std::min(into, slack);
    const std::uint64_t behind = std::min(left, length + slack);
    task.searches.push_back({{gap.fresh.at + into - before, before + behind}, {{at, length}}});
  }
  return task;
}

std::uint64_t
cost_of(const GapTask& task)
{
  std::uint64_t cost = 0;
  for (const GapSearch& search : task.searches) {
    for (const Range& range : search.basis) {
      cost += range_cost + SumRange{range, task.block_bytes}.blocks() * block_cost;
    }
  }
  return cost;
}

// No searches when nothing is worth asking.
GapTask
task_for(const Gap& gap)
{
  const std::uint32_t block = next_block(gap.segment.tried_block);
  if (gap.segment.closed || block == 0) {
    return {};
  }
  if (block == SumRange::min_block && (gap.is_whole_pages() || gap.keeps_length())) {
    return {};
  }
  if (!gap.segment.hot && gap.fresh.bytes > long_gap_blocks * gap.segment.tried_block) {
    return sample_task(gap, block);
  }
  const std::uint64_t bytes = std::min(gap.fresh.bytes, max_task_blocks * block);
  GapTask task{0, block, false, {{{gap.fresh.at, bytes}, basis_ranges(gap, bytes, block)}}};
  if (task.searches[0].basis.empty() || cost_of(task) * 2 > bytes) {
    return {};
  }
  return task;
}

// How much a task likely saves: half of a gap, or of a sampled one a sixteenth.
std::uint64_t
saving_of(const GapTask& task, const Gap& gap)
{
  const std::uint64_t found = gap.fresh.bytes / (task.sample ? 16 : 2);
  return found - std::min(found, cost_of(task));
}

// Adds a task's ranges to the request; false when they are too many for it.
bool
add_to_request(const GapTask& task, GapPlan* plan, std::uint64_t* blocks)
{
  std::vector<SumRange> added;
  std::uint64_t sum = *blocks;
  for (const GapSearch& search : task.searches) {
    for (const Range& range : search.basis) {
      added.push_back({range, task.block_bytes});
      sum += added.back().blocks();
    }
  }
  if (sum > SumRequest::max_blocks) {
    return false;
  }
  *blocks = sum;
  plan->request.ranges.insert(plan->request.ranges.end(), added.begin(), added.end());
  return true;
}

// As many bits as keep a false match unlikely in all searches together.
void
choose_bits(GapPlan* plan)
{
  double pairs = 1;
  double most = 1;
  for (const GapTask& task : plan->tasks) {
    for (const GapSearch& search : task.searches) {
      double blocks = 0;
      for (const Range& range : search.basis) {
        blocks += static_cast<double>(SumRange{range, task.block_bytes}.blocks());
      }
      const double here = blocks * static_cast<double>(search.fresh.bytes);
      pairs += here;
      most = std::max(most, here);
    }
  }
  const auto bits = static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(pairs))) + margin;
  plan->request.key_bits = most > 0x1p32 ? 32 : 24;
  const unsigned strong = bits - std::min(bits, plan->request.key_bits);
  plan->request.strong_bits = std::clamp((strong + 7) / 8 * 8, 16U, 64U);
}

} // namespace

GapPlan
plan_gaps(const std::vector<Segment>& segments, const GapContext& context)
{
  GapPlan plan;
  std::uint64_t blocks = 0;
  visit_gaps(segments, context, [&](const Gap& gap) {
    GapTask task = task_for(gap);
    if (task.searches.empty()) {
      return true;
    }
    if (!add_to_request(task, &plan, &blocks)) {
      return false;
    }
    plan.likely_saving += saving_of(task, gap);
    task.segment = gap.number;
    plan.tasks.push_back(std::move(task));
    return true;
  });
  choose_bits(&plan);
  return plan;
}

} // namespace godwit::delta
