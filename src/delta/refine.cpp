#include "godwit/delta/refine.hpp"

#include <algorithm>
#include <optional>

#include "delta/fine_shape.hpp"
#include "delta/gap_plan.hpp"
#include "delta/guesses.hpp"
#include "delta/packed.hpp"
#include "delta/rolling_search.hpp"
#include "godwit/base/assert.hpp"

namespace godwit::delta {

namespace {

constexpr std::size_t max_segments = std::size_t{1} << 20;
constexpr std::size_t window_bytes = std::size_t{1} << 20;
constexpr std::size_t piece_bytes = std::size_t{256} << 10;

// Collects the segments of one search; the sums' blocks stand side by side, wherever their ranges lie.
class SegmentSink : public OpSink
{
public:
  SegmentSink(const GapSearch& search, const Segment& gap, std::vector<Segment>& segments)
      : m_search(search), m_gap(gap), m_segments(segments)
  {
  }

  Result<>
  copy(std::uint64_t basis_at, std::uint64_t bytes) override
  {
    for (const Range& range : m_search.basis) {
      if (basis_at < range.bytes) {
        append_segment(m_segments, copy_segment(range.at + basis_at, bytes));
        break;
      }
      basis_at -= range.bytes;
    }
    return {};
  }

  Result<>
  literal(ByteView bytes) override
  {
    gap(bytes.size());
    return {};
  }

  Result<>
  hole(std::uint64_t bytes) override
  {
    gap(bytes); // no search finds one
    return {};
  }

  void
  gap(std::uint64_t bytes)
  {
    Segment left = m_gap;
    left.bytes = bytes;
    append_segment(m_segments, left);
  }

private:
  const GapSearch& m_search;
  Segment m_gap;
  std::vector<Segment>& m_segments;
};

} // namespace

struct Refiner::State {
  const HashKey& key;
  ReadAt& source;
  OpSink& out;
  GapContext context;
  std::uint32_t coarse_block;
  std::uint64_t added; // bytes of the new file so far
  std::vector<Segment> segments;
  std::optional<GapPlan> plan; // for the segments as they are
  std::optional<Guesses> guesses; // stay until they are proven
  RefineResult result;

  void make_plans();
  void drop_plans();
  SumRequests requests() const;
  Result<> search_gaps(ByteView sums);
  Result<> take_guesses(ByteView sums);

  Result<> add(const Segment& segment);
  Result<> search(const GapTask& task, const GapSearch& search, ByteView& sums, SegmentSink& sink);
  Result<> run(const GapTask& task, std::uint64_t fresh_at, ByteView& sums, std::vector<Segment>& found);
  Result<> emit();
  Result<> emit_literal(std::uint64_t bytes);
};

Refiner::Refiner(const HashKey& key, ReadAt& source, std::uint64_t basis_bytes, OpSink& out)
    : m_state(new State{key, source, out, {0, 0, basis_bytes}, 0, 0, {}, {}, {}, {}})
{
  m_state->coarse_block = shape_for(basis_bytes, {Strength::sized, Levels::several}).block_bytes;
}

Refiner::~Refiner() = default;
Refiner::Refiner(Refiner&&) noexcept = default;

Result<>
Refiner::copy(std::uint64_t basis_at, std::uint64_t bytes)
{
  return m_state->add(copy_segment(basis_at, bytes));
}

void
Refiner::start_at(std::uint64_t fresh_at, std::uint64_t copied_to)
{
  ASSERT(m_state->segments.empty());
  m_state->added = m_state->context.fresh_at = fresh_at;
  m_state->context.copied_to = std::min(copied_to, m_state->context.basis_bytes);
}

std::size_t
Refiner::segments() const
{
  return m_state->segments.size();
}

bool
Refiner::has_emitted() const
{
  return m_state->result.literal_bytes + m_state->result.matched_bytes != 0;
}

Result<>
Refiner::literal(ByteView bytes)
{
  return gap(bytes.size());
}

Result<>
Refiner::gap(std::uint64_t bytes)
{
  Segment gap;
  gap.bytes = bytes;
  gap.tried_block = m_state->coarse_block;
  gap.closed = m_state->context.basis_bytes == 0;
  return m_state->add(gap);
}

Result<>
Refiner::hole(std::uint64_t bytes)
{
  Segment zeros = copy_segment(std::min(m_state->added, m_state->context.basis_bytes), bytes);
  zeros.hole = true;
  return m_state->add(zeros);
}

Result<>
Refiner::State::add(const Segment& segment)
{
  drop_plans();
  added += segment.bytes;
  if (segments.size() == max_segments) {
    TRY(emit());
  }
  append_segment(segments, segment);
  return {};
}

void
Refiner::State::make_plans()
{
  if (!plan) {
    plan = plan_gaps(segments, context);
  }
  if (!guesses) {
    guesses.emplace(segments, context);
  }
}

void
Refiner::State::drop_plans()
{
  plan.reset();
  guesses.reset();
}

// A search and guesses, or their proof, share an exchange.
SumRequests
Refiner::State::requests() const
{
  SumRequests all;
  if (plan->likely_saving != 0) {
    all.push_back(plan->request);
  }
  if (guesses->likely_saving() != 0) {
    all.push_back(guesses->request());
  }
  return all;
}

std::uint64_t
Refiner::likely_saving()
{
  m_state->make_plans();
  return m_state->plan->likely_saving + m_state->guesses->likely_saving();
}

Bytes
Refiner::request()
{
  ASSERT(likely_saving() != 0);
  Bytes wire;
  encode(m_state->requests(), wire);
  return wire;
}

Result<>
Refiner::refine(ByteView sums)
{
  State& state = *m_state;
  ASSERT(state.plan && state.guesses);
  const std::uint64_t searched = state.plan->likely_saving != 0 ? state.plan->request.reply_bytes() : 0;
  const std::uint64_t guessed = state.guesses->likely_saving() != 0 ? state.guesses->request().reply_bytes() : 0;
  if (sums.size() != searched + guessed) {
    return make_error(ErrorKind::protocol, "cannot read sums: their length is not what was asked for");
  }
  if (searched != 0) {
    TRY(state.search_gaps(sums.first(searched)));
  }
  if (guessed != 0) {
    TRY(state.take_guesses(sums.subspan(searched)));
  } else {
    state.guesses.reset();
  }
  state.plan.reset();
  return {};
}

Result<>
Refiner::State::take_guesses(ByteView sums)
{
  if (guesses->is_compared()) {
    TRY(guesses->prove(key, source, sums));
  } else {
    TRY(guesses->compare(key, source, sums));
  }
  segments = guesses->settle(segments, context.fresh_at); // before the proof, so that no search takes them
  if (guesses->is_proven() || guesses->likely_saving() == 0) {
    guesses.reset();
  }
  return {};
}

Result<>
Refiner::State::search_gaps(ByteView sums)
{
  std::vector<Segment> refined;
  std::uint64_t fresh_at = context.fresh_at;
  auto task = plan->tasks.begin();
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment& segment = segments[i];
    if (task != plan->tasks.end() && task->segment == i) {
      TRY(run(*task, fresh_at, sums, refined));
      ++task;
    } else {
      append_segment(refined, segment);
    }
    fresh_at += segment.bytes;
  }
  segments = std::move(refined);
  return {};
}

// Searches one gap and appends what became of it.
Result<>
Refiner::State::run(const GapTask& task, std::uint64_t fresh_at, ByteView& sums, std::vector<Segment>& found)
{
  const Segment& old = segments[task.segment];
  Segment searched = old;
  if (!task.sample) {
    searched.tried_block = task.block_bytes;
    searched.hot = false;
  }
  std::vector<Segment> pieces;
  std::uint64_t done = fresh_at;
  for (const GapSearch& part : task.searches) {
    ASSERT(part.fresh.at >= done);
    SegmentSink sink(part, searched, pieces);
    sink.gap(part.fresh.at - done);
    TRY(search(task, part, sums, sink));
    done = part.fresh.end();
  }
  Segment rest = old;
  rest.bytes = fresh_at + old.bytes - done;
  append_segment(pieces, rest);
  const bool hit = std::ranges::any_of(pieces, [](const Segment& piece) { return !piece.is_gap(); });
  for (Segment& piece : pieces) {
    if (task.sample && piece.is_gap()) {
      piece.hot = hit;
      piece.closed = !hit;
    }
    append_segment(found, piece);
  }
  return {};
}

Result<>
Refiner::State::search(const GapTask& task, const GapSearch& part, ByteView& sums, SegmentSink& sink)
{
  Signature signature;
  signature.shape = fine_shape(plan->request, task.block_bytes);
  for (const Range& range : part.basis) {
    signature.basis_bytes += range.bytes;
    for (std::uint64_t left = SumRange{range, task.block_bytes}.blocks(); left > 0; --left) {
      Block block;
      block.key = static_cast<std::uint32_t>(take_low(sums, plan->request.key_bits));
      block.strong = take_low(sums, plan->request.strong_bits);
      signature.blocks.push_back(block);
    }
  }
  const std::size_t capacity = window_bytes + 4 * std::size_t{task.block_bytes};
  const RollingTable table(key, std::move(signature), ExpectedBy::key_and_strong_hash);
  Window window(source, {part.fresh.at, part.fresh.end()}, capacity, nullptr);
  Output output(window, sink);
  TRY(RollingSearch(table, window, output).run());
  sink.gap(part.fresh.end() - window.end()); // the source got shorter: emitting it will tell
  return {};
}

Result<RefineResult>
Refiner::finish()
{
  TRY(m_state->emit());
  return m_state->result;
}

// Hands all segments on and forgets them.
Result<>
Refiner::State::emit()
{
  for (const Segment& segment : segments) {
    if (segment.is_gap()) {
      TRY(emit_literal(segment.bytes));
    } else if (segment.hole) {
      TRY(out.hole(segment.bytes));
      result.matched_bytes += segment.bytes;
      context.copied_to = std::min(segment.basis_at + segment.bytes, context.basis_bytes);
    } else {
      TRY(out.copy(segment.basis_at, segment.bytes));
      result.matched_bytes += segment.bytes;
      context.copied_to = segment.basis_at + segment.bytes;
    }
    context.fresh_at += segment.bytes;
  }
  segments.clear();
  drop_plans();
  return {};
}

Result<>
Refiner::State::emit_literal(std::uint64_t bytes)
{
  Bytes piece(std::min<std::uint64_t>(bytes, piece_bytes));
  for (std::uint64_t done = 0; done < bytes;) {
    const ByteSpan wanted(piece.data(), std::min<std::uint64_t>(bytes - done, piece.size()));
    TRY_ASSIGN(const std::size_t got, source.read_at(context.fresh_at + done, wanted));
    if (got != wanted.size()) {
      return make_error(ErrorKind::changed, "cannot read source: it got shorter while it was read");
    }
    TRY(out.literal(wanted));
    done += got;
  }
  result.literal_bytes += bytes;
  return {};
}

} // namespace godwit::delta
