#include "delta/guesses.hpp"

#include <algorithm>
#include <bit>

#include "delta/fine_shape.hpp"
#include "delta/group_hash.hpp"
#include "delta/packed.hpp"
#include "delta/strong.hpp"
#include "godwit/base/assert.hpp"

namespace godwit::delta {

namespace {

constexpr std::uint64_t block_bytes = SumRange::guess_block;
// What a range costs on the wire, here and in the proof, costs a shorter gap too much.
constexpr std::uint64_t min_gap = 4 * block_bytes;
constexpr std::uint64_t max_gap = std::uint64_t{1} << 20;
constexpr std::uint64_t range_cost = 6;
// Of a gap's blocks so many must look equal; chance alone makes it one in 128.
constexpr std::uint64_t least_share = 16;
// As in signature.hpp.
constexpr unsigned margin = 16;

bool
is_worth_guessing(const Gap& gap)
{
  const std::uint32_t finest = gap.keeps_length() ? 4 * SumRange::min_block : SumRange::min_block;
  if (gap.segment.closed || gap.segment.tried_block > finest || gap.from > gap.to || gap.is_whole_pages()) {
    return false;
  }
  const std::uint64_t between = gap.to - gap.from;
  const auto [less, more] = std::minmax(gap.fresh.bytes, between);
  return less >= min_gap && more <= max_gap && more <= 2 * less;
}

// Of all or nothing: a source that got shorter is noticed when it is emitted.
Result<Bytes>
read_range(ReadAt& source, const Range& range)
{
  Bytes bytes(range.bytes);
  TRY_ASSIGN(const std::size_t got, source.read_at(range.at, bytes));
  bytes.resize(got == range.bytes ? got : 0);
  return bytes;
}

} // namespace

std::uint64_t
Guesses::Task::blocks() const
{
  return basis.bytes / block_bytes;
}

// Places are relative to the gap; what lies before it wraps, and fits() nowhere.
std::uint64_t
Guesses::Task::from_left(std::uint64_t block) const
{
  return block * block_bytes;
}

std::uint64_t
Guesses::Task::from_right(std::uint64_t block) const
{
  return fresh.bytes - (basis.bytes - block * block_bytes);
}

std::uint64_t
Guesses::Task::place_of(std::uint64_t block) const
{
  return block < split ? from_left(block) : from_right(block);
}

bool
Guesses::Task::fits(std::uint64_t place) const
{
  return place < fresh.bytes && block_bytes <= fresh.bytes - place;
}

Guesses::Guesses(const std::vector<Segment>& segments, const GapContext& context)
{
  m_guess.kind = SumKind::guess;
  m_guess.key_bits = 0;
  m_guess.strong_bits = SumRequest::guess_bits;
  std::uint64_t blocks = 0;
  visit_gaps(segments, context, [&](const Gap& gap) {
    if (!is_worth_guessing(gap)) {
      return true;
    }
    Task task{gap.fresh, {gap.from, gap.to - gap.from}, 0, {}};
    blocks += task.blocks();
    if (blocks > SumRequest::max_blocks) {
      return false;
    }
    m_guess.ranges.push_back({{gap.from, task.blocks() * block_bytes}, SumRange::guess_block});
    const std::uint64_t found = gap.fresh.bytes / 2; // as of a search; of code more
    m_likely_saving += found - std::min(found, task.blocks() + range_cost);
    m_tasks.push_back(std::move(task));
    return true;
  });
}

std::uint64_t
Guesses::likely_saving() const
{
  return m_likely_saving;
}

const SumRequest&
Guesses::request() const
{
  return m_is_compared ? m_proof : m_guess;
}

bool
Guesses::is_compared() const
{
  return m_is_compared;
}

bool
Guesses::is_proven() const
{
  return m_is_proven;
}

Result<>
Guesses::compare(const HashKey& key, ReadAt& source, ByteView sums)
{
  ASSERT(!m_is_compared && sums.size() == m_guess.reply_bytes());
  const Strong strong(key, fine_shape(m_guess, SumRange::guess_block));
  for (Task& task : m_tasks) {
    const std::uint64_t blocks = task.blocks();
    TRY_ASSIGN(const Bytes fresh, read_range(source, task.fresh));
    std::vector<bool> left(blocks);
    std::vector<bool> right(blocks);
    for (std::uint64_t block = 0; block < blocks; ++block) {
      const std::uint64_t sum = take_low(sums, SumRequest::guess_bits);
      const auto equals = [&](std::uint64_t place) {
        return !fresh.empty() && task.fits(place) && strong(ByteView(fresh).subspan(place, block_bytes)) == sum;
      };
      left[block] = equals(task.from_left(block));
      right[block] = equals(task.from_right(block));
    }
    task.choose(left, right);
  }
  m_is_compared = true;
  ask_for_proof();
  return {};
}

// The split that the most blocks bear out.
void
Guesses::Task::take_split(const std::vector<bool>& left, const std::vector<bool>& right)
{
  std::int64_t score = 0; // against a split before the first block
  std::int64_t best = 0;
  split = 0;
  for (std::uint64_t block = 0; block < blocks(); ++block) {
    score += (left[block] ? 1 : 0) - (right[block] ? 1 : 0);
    if (score > best) {
      best = score;
      split = block + 1;
    }
  }
}

void
Guesses::Task::choose(const std::vector<bool>& left, const std::vector<bool>& right)
{
  take_split(left, right);
  chosen.assign((blocks() + 7) / 8, std::byte{0});
  std::uint64_t done = 0;
  std::uint64_t count = 0;
  for (std::uint64_t block = 0; block < blocks(); ++block) {
    const bool equal = block < split ? left[block] : right[block];
    if (equal && place_of(block) >= done) {
      chosen[block / 8] |= std::byte{1} << (block % 8);
      done = place_of(block) + block_bytes;
      ++count;
    }
  }
  if (count * least_share < blocks()) {
    std::ranges::fill(chosen, std::byte{0});
  }
}

void
Guesses::ask_for_proof()
{
  std::uint64_t groups = 0;
  m_likely_saving = 0;
  m_proof.kind = SumKind::proof;
  m_proof.key_bits = 0;
  for (std::size_t i = 0; i < m_tasks.size(); ++i) {
    const std::uint64_t count = count_chosen(m_tasks[i].chosen);
    if (count == 0) {
      continue;
    }
    groups += (count + SumRequest::group_blocks - 1) / SumRequest::group_blocks;
    m_proof.ranges.push_back(m_guess.ranges[i]);
    m_proof.chosen.push_back(m_tasks[i].chosen);
    m_likely_saving += count * block_bytes - std::min(count * block_bytes, range_cost + m_tasks[i].chosen.size());
  }
  const auto bits = static_cast<unsigned>(std::bit_width(groups)) + margin;
  m_proof.strong_bits = std::clamp((bits + 7) / 8 * 8, 24U, 64U);
  m_likely_saving -= std::min(m_likely_saving, m_proof.reply_bytes());
}

Result<>
Guesses::prove(const HashKey& key, ReadAt& source, ByteView sums)
{
  ASSERT(m_is_compared && sums.size() == m_proof.reply_bytes());
  const std::uint64_t bytes = m_proof.strong_bits / 8;
  for (Task& task : m_tasks) {
    const std::uint64_t count = count_chosen(task.chosen);
    if (count == 0) {
      continue;
    }
    const std::uint64_t groups = (count + SumRequest::group_blocks - 1) / SumRequest::group_blocks;
    const ByteView wanted = sums.first(groups * bytes);
    sums = sums.subspan(wanted.size());
    TRY_ASSIGN(const Bytes fresh, read_range(source, task.fresh));
    GroupHash hash(key, m_proof.strong_bits);
    for (std::uint64_t block = 0; block < task.blocks() && !fresh.empty(); ++block) {
      if (is_chosen(task.chosen, block)) {
        hash.add(ByteView(fresh).subspan(task.place_of(block), block_bytes));
      }
    }
    hash.close();
    task.drop_groups(hash.hashes(), wanted, bytes);
  }
  m_is_proven = true;
  return {};
}

// Those whose hash is not the wanted one, or is not there.
void
Guesses::Task::drop_groups(ByteView found, ByteView wanted, std::uint64_t bytes)
{
  std::uint64_t number = 0; // of the chosen block
  for (std::uint64_t block = 0; block < blocks(); ++block) {
    if (!is_chosen(chosen, block)) {
      continue;
    }
    const std::uint64_t at = number++ / SumRequest::group_blocks * bytes;
    if (found.size() != wanted.size() ||
        !std::ranges::equal(found.subspan(at, bytes), wanted.subspan(at, bytes))) {
      chosen[block / 8] &= ~(std::byte{1} << (block % 8));
    }
  }
}

// What became of a gap of fresh.bytes.
void
Guesses::Task::append_to(std::vector<Segment>& segments, Segment gap) const
{
  std::uint64_t done = 0;
  for (std::uint64_t block = 0; block < blocks() && !chosen.empty(); ++block) {
    if (is_chosen(chosen, block)) {
      gap.bytes = place_of(block) - done;
      append_segment(segments, gap);
      append_segment(segments, copy_segment(basis.at + block * block_bytes, block_bytes));
      done = place_of(block) + block_bytes;
    }
  }
  gap.bytes = fresh.bytes - done;
  append_segment(segments, gap);
}

// A search may meanwhile have left gaps that became one with those around.
std::vector<Segment>
Guesses::settle(const std::vector<Segment>& segments, std::uint64_t fresh_at) const
{
  std::vector<Segment> settled;
  auto task = m_tasks.begin();
  for (const Segment& segment : segments) {
    const std::uint64_t end = fresh_at + segment.bytes;
    Segment rest = segment;
    while (task != m_tasks.end() && task->fresh.at < end) {
      ASSERT(segment.is_gap() && task->fresh.at >= fresh_at && task->fresh.end() <= end);
      rest.bytes = task->fresh.at - fresh_at;
      append_segment(settled, rest);
      Segment gap = segment;
      gap.closed = true;
      gap.bytes = task->fresh.bytes;
      if (m_is_proven) {
        task->append_to(settled, gap);
      } else {
        append_segment(settled, gap);
      }
      fresh_at = task->fresh.end();
      ++task;
    }
    rest.bytes = end - fresh_at;
    append_segment(settled, rest);
    fresh_at = end;
  }
  return settled;
}

} // namespace godwit::delta
