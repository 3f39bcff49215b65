#include "godwit/delta/file_match.hpp"

#include <algorithm>
#include <deque>
#include <optional>

#include "delta/part_search.hpp"
#include "godwit/base/assert.hpp"
#include "godwit/delta/refine.hpp"
#include "godwit/delta/signature.hpp"

namespace godwit::delta {

namespace {

constexpr std::size_t max_parts = 16; // that wait for finer sums
constexpr std::size_t max_segments = std::size_t{1} << 19U;
// A part's share of what an exchange must save is not less: its request is read and answered.
constexpr std::uint64_t least_part_saving = 512;
// A gap at the end of a part that is not longer is searched together with what follows.
constexpr std::uint64_t max_carried_blocks = 16;

// A part of the file that was searched.
struct Part {
  std::uint64_t bytes = 0;
  Refiner refiner;
  bool is_settled = false;
};

// A short last block of the basis may be found all over a part. A Refiner that got too many segments would put
// some out before their turn: where there are too many copies below a block, they are gaps.
std::vector<Segment>
without_crumbs(std::vector<Segment> segments)
{
  constexpr std::size_t many = std::size_t{1} << 17U;
  constexpr std::uint64_t least_copy = 4096;
  if (segments.size() <= many) {
    return segments;
  }
  std::vector<Segment> coarse;
  for (Segment& segment : segments) {
    if (!segment.is_gap() && !segment.hole && segment.bytes < least_copy) {
      segment = {segment.bytes, 0, 1};
    }
    append_segment(coarse, segment);
  }
  return coarse;
}

} // namespace

struct FileMatch::State {
  const HashKey& key;
  ReadAt& source;
  OpSink& out;
  FileMatchSettings settings;

  SignatureReader sums;
  Shape shape;
  std::uint64_t basis_bytes = 0;
  std::optional<BasisTable> table; // once all sums are there
  bool is_moved = false;           // it was not changed in place alone

  std::uint64_t searched = 0;  // the next part begins here
  std::uint64_t reached = 0;   // what was found ends here, where a block reaches across
  std::uint64_t copied_to = 0; // the last copy ended here in the basis
  std::uint64_t carried = 0;   // bytes of a gap before `reached` that belong to the next part
  bool is_searched = false;
  std::deque<std::unique_ptr<Part>> parts; // not yet put out
  std::deque<Part*> asked;                 // in the order of their requests
  std::vector<Bytes> requests;             // not yet handed out
  ContentHash hash;
  MatchResult result;

  State(const HashKey& run_key, ReadAt& file, OpSink& sink, const FileMatchSettings& wanted)
      : key(run_key), source(file), out(sink), settings(wanted), hash(run_key)
  {
  }

  bool is_divisible() const { return shape.kind == KeyKind::anchor; }
  std::uint64_t part_bytes() const { return ContentHash::stretch_bytes * std::max(settings.threads, 2U); }
  SearchRange next_range() const;
  bool can_search() const;
  bool has_room() const;
  std::size_t held_segments() const;
  bool must_hold() const;
  Result<> search_next();
  Result<> search_whole();
  Result<bool> search_part(std::vector<FoundRange>& found);
  Result<> take(std::vector<FoundRange>& found);
  void join(FoundRange& range, std::vector<Segment>& segments);
  Result<> fill(Part& part, const std::vector<Segment>& segments);
  void settle_or_ask(Part& part);
  Result<> put_out();
};

FileMatch::FileMatch(const HashKey& key, ReadAt& source, OpSink& out, const FileMatchSettings& settings)
    : m_state(std::make_unique<State>(key, source, out, settings))
{
}

FileMatch::~FileMatch() = default;
FileMatch::FileMatch(FileMatch&&) noexcept = default;

Result<>
FileMatch::add_sums(ByteView part)
{
  State& state = *m_state;
  if (state.table) {
    return make_error(ErrorKind::protocol, "cannot read signature: it goes on behind its end");
  }
  TRY(state.sums.add(part));
  if (state.sums.has_head() && state.sums.signature().shape.options.form != state.settings.form) {
    return make_error(ErrorKind::protocol, "cannot read signature: it is of another form than the file");
  }
  state.basis_bytes = state.sums.signature().basis_bytes;
  state.shape = state.sums.signature().shape;
  if (state.sums.is_complete()) {
    state.table.emplace(state.key, state.sums.take());
  }
  return {};
}

bool
FileMatch::has_all_sums() const
{
  return m_state->table.has_value();
}

bool
FileMatch::has_basis() const
{
  return m_state->basis_bytes != 0;
}

bool
FileMatch::is_asking() const
{
  return !m_state->asked.empty();
}

MatchResult
FileMatch::result() const
{
  return m_state->result;
}

SearchRange
FileMatch::State::next_range() const
{
  const std::uint64_t size = settings.file_bytes;
  const bool is_last = !is_divisible() || size - searched < 2 * part_bytes();
  return {searched, is_last ? size : searched + part_bytes(), size};
}

bool
FileMatch::State::can_search() const
{
  if (is_searched || table) {
    return !is_searched;
  }
  const SearchRange range = next_range();
  const std::uint64_t blocks = sums.signature().blocks.size();
  return !is_moved && is_divisible() && !range.is_last() && range.to <= basis_bytes &&
         range.to / shape.block_bytes <= blocks;
}

// Held back, they all wait for the last.
bool
FileMatch::State::has_room() const
{
  return settings.holds_back ? asked.size() < max_parts : parts.size() < max_parts && held_segments() < max_segments;
}

std::size_t
FileMatch::State::held_segments() const
{
  std::size_t segments = 0;
  for (const auto& part : parts) {
    segments += part->refiner.segments();
  }
  return segments;
}

Result<FileMatch::Step>
FileMatch::step()
{
  State& state = *m_state;
  TRY(state.put_out());
  if (state.can_search() && state.has_room()) {
    TRY(state.search_next());
    TRY(state.put_out());
  }
  Step step;
  step.requests = std::exchange(state.requests, {});
  step.goes_on = state.can_search() && state.has_room();
  step.is_done = state.is_searched && state.parts.empty();
  return step;
}

Result<>
FileMatch::State::search_next()
{
  if (!is_divisible()) {
    return search_whole();
  }
  std::vector<FoundRange> found;
  TRY_ASSIGN(const bool is_found, search_part(found));
  return is_found ? take(found) : Result<>();
}

// Whatever comes of it goes straight to its Refiner, which holds only so much.
Result<>
FileMatch::State::search_whole()
{
  auto part = std::make_unique<Part>(Part{settings.file_bytes, Refiner(key, source, basis_bytes, out)});
  TRY_ASSIGN(const Searched found, table->search(source, next_range(), hash, part->refiner));
  is_searched = true;
  reached = found.end;
  settle_or_ask(*part);
  parts.push_back(std::move(part));
  return {};
}

// False: it can be searched only when all sums are there.
Result<bool>
FileMatch::State::search_part(std::vector<FoundRange>& found)
{
  const SearchRange range = next_range();
  if (table) {
    TRY_ASSIGN(found, search_by_threads(key, *table, source, range, settings.threads));
    return true;
  }
  TRY_ASSIGN(std::optional<FoundRange> in_place, search_in_place(key, sums.signature(), source, range));
  is_moved = !in_place;
  if (in_place) {
    found.push_back(*std::move(in_place));
  }
  return !is_moved;
}

Result<>
FileMatch::State::take(std::vector<FoundRange>& found)
{
  const SearchRange range = next_range();
  auto part = std::make_unique<Part>(Part{range.to - range.from, Refiner(key, source, basis_bytes, out)});
  part->refiner.start_at(reached - carried, copied_to);
  TRY(part->refiner.gap(std::exchange(carried, 0)));
  is_searched = range.is_last();
  searched = range.to;
  std::vector<Segment> segments;
  for (FoundRange& piece : found) {
    join(piece, segments);
    if (piece.searched.is_shorter) {
      is_searched = true;
      break;
    }
  }
  const std::uint64_t most = max_carried_blocks * shape.block_bytes;
  if (!is_searched && !segments.empty() && segments.back().is_gap() && segments.back().bytes <= most) {
    carried = segments.back().bytes;
    segments.pop_back();
  }
  TRY(fill(*part, without_crumbs(std::move(segments))));
  settle_or_ask(*part);
  if (settings.holds_back && held_segments() > max_segments) {
    settings.least_saving = 0; // no more is asked for, so that what is held can go
  }
  parts.push_back(std::move(part));
  return {};
}

// Adds what a range found from where the one before ended.
void
FileMatch::State::join(FoundRange& range, std::vector<Segment>& segments)
{
  std::uint64_t at = range.from;
  for (Segment segment : range.segments) {
    const std::uint64_t end = at + segment.bytes;
    if (end > reached) {
      const std::uint64_t known = reached - std::min(reached, at);
      segment.bytes -= known;
      segment.basis_at += known;
      append_segment(segments, segment);
      reached = end;
    }
    at = end;
  }
  hash.join(std::move(range.hash));
}

Result<>
FileMatch::State::fill(Part& part, const std::vector<Segment>& segments)
{
  std::uint64_t at = reached - carried;
  for (const Segment& segment : segments) {
    at -= segment.bytes;
  }
  for (const Segment& segment : segments) {
    at += segment.bytes;
    if (segment.is_gap()) {
      TRY(part.refiner.gap(segment.bytes));
    } else if (segment.hole) {
      TRY(part.refiner.hole(segment.bytes));
      copied_to = std::min(at, basis_bytes);
    } else {
      TRY(part.refiner.copy(segment.basis_at, segment.bytes));
      copied_to = segment.basis_at + segment.bytes;
    }
  }
  return {};
}

// Each part has to save its share of what makes an exchange pay: they overlap.
void
FileMatch::State::settle_or_ask(Part& part)
{
  part.is_settled = true;
  if (settings.least_saving == 0 || (settings.holds_back && part.refiner.has_emitted())) {
    return;
  }
  const auto file_bytes = static_cast<double>(std::max<std::uint64_t>(settings.file_bytes, 1));
  const double share = static_cast<double>(part.bytes) / file_bytes;
  const auto least = static_cast<std::uint64_t>(static_cast<double>(settings.least_saving) * share);
  if (part.refiner.likely_saving() >= std::max(least, least_part_saving)) {
    requests.push_back(part.refiner.request());
    asked.push_back(&part);
    part.is_settled = false;
  }
}

Result<>
FileMatch::refine(ByteView sums)
{
  State& state = *m_state;
  if (state.asked.empty()) {
    return make_error(ErrorKind::protocol, "cannot read sums: none were asked for");
  }
  Part& part = *state.asked.front();
  state.asked.pop_front();
  if (!part.refiner.refine(sums)) {
    state.settings.least_saving = 0; // no usable sums: it goes as it is
  }
  state.settle_or_ask(part);
  return {};
}

// Ops go out when nothing more will be asked for.
bool
FileMatch::State::must_hold() const
{
  return settings.holds_back && !(asked.empty() && (is_searched || settings.least_saving == 0));
}

Result<>
FileMatch::State::put_out()
{
  if (must_hold()) {
    return {};
  }
  while (!parts.empty() && parts.front()->is_settled) {
    TRY_ASSIGN(const RefineResult refined, parts.front()->refiner.finish());
    result.literal_bytes += refined.literal_bytes;
    result.matched_bytes += refined.matched_bytes;
    parts.pop_front();
  }
  if (is_searched && parts.empty()) {
    result.bytes = reached;
    result.hash = hash.digest();
  }
  return {};
}

} // namespace godwit::delta
