// A source file against the sums of its basis, and its finer levels.

#include <algorithm>
#include <cerrno>
#include <thread>

#include "godwit/delta/tail.hpp"
#include "local_read.hpp"

namespace godwit::endpoint {

namespace {

constexpr std::size_t max_refined = 64; // files of a lane that may wait for finer sums; more are sent unrefined
constexpr unsigned max_threads = 4;     // that search one file

bool
is_as_listed(const fs::Stat& stat, const proto::SourceFile& file)
{
  return stat.size == file.size && stat.mtime == file.mtime;
}

proto::OpsEnd
failed(std::uint64_t id, int errno_value)
{
  proto::OpsEnd end;
  end.id = id;
  end.outcome = proto::ReadOutcome::failed;
  end.errno_value = errno_value;
  return end;
}

proto::OpsEnd
changed(std::uint64_t id, const fs::Stat& now)
{
  proto::OpsEnd end;
  end.id = id;
  end.outcome = proto::ReadOutcome::changed;
  end.new_size = now.size;
  end.new_mtime = now.mtime;
  return end;
}

} // namespace

void
SourceLane::match(const proto::Match& request, ByteView sums, bool is_last)
{
  const std::uint64_t id = request.file.id;
  m_transfers.insert_or_assign(id, begin(request, delta::form_of(sums)));
  add_sums(id, sums, is_last);
}

SourceLane::Transfer
SourceLane::begin(const proto::Match& request, delta::Form form)
{
  const proto::SourceFile& file = request.file;
  Transfer transfer;
  auto source = open(file.base, file.path);
  if (!source) {
    transfer.end = failed(file.id, source.error().errno_value);
    transfer.end->outcome = outcome_of(source.error());
    return transfer;
  }
  if (!is_as_listed(source->stat, file)) {
    transfer.end = changed(file.id, source->stat);
    return transfer;
  }
  auto matching = prepare(*source, request, form);
  if (matching) {
    transfer.matching = *std::move(matching);
  } else {
    transfer.end = ended_by(matching.error(), file.id, *source);
  }
  return transfer;
}

Result<std::unique_ptr<Matching>>
SourceLane::prepare(OpenSource& source, const proto::Match& request, delta::Form form)
{
  const std::uint64_t size = request.file.size;
  TRY_ASSIGN(fs::Fd duplicate, source.file.duplicate());
  auto reader = std::make_unique<fs::FileReader>(std::move(duplicate), "file");
  std::unique_ptr<delta::SplitView> split;
  std::optional<Lease> lease;
  if (form == delta::Form::split) {
    lease = m_context.split_budget.try_take(size); // a dest asks for no more at once
    if (request.in_place || !lease) {
      return sys_error("cannot match file by its split form", EPROTO);
    }
    TRY_ASSIGN(split, delta::SplitView::open(*reader, size, m_context.roots.key, m_context.stopped));
  }
  delta::FileMatchSettings settings;
  settings.file_bytes = split ? split->bytes() : size;
  settings.least_saving = m_transfers.size() < max_refined ? request.least_saving : 0;
  settings.threads = std::clamp(std::thread::hardware_concurrency(), 1U, max_threads);
  settings.holds_back = request.in_place;
  settings.form = form;
  auto matching =
      std::make_unique<Matching>(std::move(source), std::move(reader), std::move(split), m_context.roots.key,
                                 request, settings, emitter(request.file.id));
  if (lease) {
    matching->split_lease = *std::move(lease);
  }
  return matching;
}

delta::OpWriter::Emit
SourceLane::emitter(std::uint64_t id)
{
  return [this, id](Bytes chunk) -> Result<> {
    if (m_context.stopped) {
      return make_error(ErrorKind::stopped, "stopped");
    }
    m_context.pass_limit(chunk.size());
    Lease lease = m_context.payload.take(chunk.size());
    m_context.answer({proto::Ops{id, std::move(chunk)}, std::move(lease)});
    return {};
  };
}

void
SourceLane::add_sums(std::uint64_t id, ByteView sums, bool is_last)
{
  const auto found = m_transfers.find(id);
  if (found == m_transfers.end()) {
    return; // the run is ending
  }
  Transfer& transfer = found->second;
  transfer.has_all_sums = is_last;
  if (!transfer.end && !sums.empty() && !transfer.matching->match.add_sums(sums)) {
    transfer.end = failed(id, EPROTO);
  }
  advance(found);
}

void
SourceLane::refine(std::uint64_t id, const Bytes& sums)
{
  const auto found = m_transfers.find(id);
  if (found == m_transfers.end()) {
    return; // the run is ending
  }
  Transfer& transfer = found->second;
  --transfer.asked;
  if (!transfer.end && !transfer.matching->match.refine(sums)) {
    transfer.end = failed(id, EPROTO);
  }
  advance(found);
}

void
SourceLane::go_on(std::uint64_t id)
{
  if (const auto found = m_transfers.find(id); found != m_transfers.end()) {
    advance(found);
  }
}

// A file that got shorter meanwhile is no failure to read it.
proto::OpsEnd
SourceLane::ended_by(const Error& error, std::uint64_t id, const OpenSource& source)
{
  const auto now = fs::stat_fd(source.file.get(), "file");
  return error.kind == ErrorKind::changed && now ? changed(id, *now) : failed(id, error.errno_value);
}

void
SourceLane::advance(Transfers::iterator found)
{
  Transfer& transfer = found->second;
  if (!transfer.end) {
    auto stepped = step(transfer);
    transfer.end = stepped ? *stepped
                           : std::optional(ended_by(stepped.error(), found->first, transfer.matching->source));
  }
  if (transfer.end && transfer.has_all_sums && transfer.asked == 0) {
    const proto::OpsEnd end = *transfer.end;
    m_transfers.erase(found);
    m_context.answer({end, {}});
  }
}

Result<std::optional<proto::OpsEnd>>
SourceLane::step(Transfer& transfer)
{
  Matching& matching = *transfer.matching;
  const std::uint64_t id = matching.request.file.id;
  if (transfer.has_all_sums && !matching.match.has_basis()) {
    return match_whole(matching);
  }
  if (transfer.has_all_sums && !matching.match.has_all_sums()) {
    return std::optional(failed(id, EPROTO));
  }
  TRY_ASSIGN(delta::FileMatch::Step step, matching.match.step());
  for (Bytes& request : step.requests) {
    ++transfer.asked;
    {
      const std::scoped_lock lock(m_context.refining_mutex);
      m_context.refining.insert(id);
    }
    m_context.answer({proto::Gaps{id, std::move(request)}, {}});
  }
  if (step.is_done) {
    return finish(matching, matching.match.result());
  }
  if (!matching.request.in_place) {
    TRY(matching.writer.finish()); // the dest goes on with what there is
  }
  if (step.goes_on) {
    m_context.go_on(id);
  }
  return std::optional<proto::OpsEnd>();
}

// What is kept of a file that grows in place, and a file without a basis, is not searched.
Result<std::optional<proto::OpsEnd>>
SourceLane::match_whole(Matching& matching)
{
  const proto::Match& request = matching.request;
  const bool checks = request.kept == proto::Kept::checked;
  const std::uint64_t kept_bytes = request.kept == proto::Kept::none ? 0 : request.kept_bytes;
  if (checks) {
    TRY(matching.writer.copy(0, kept_bytes));
  }
  TRY_ASSIGN(const delta::MatchResult result,
             delta::emit_tail(*matching.reader, m_context.roots.key,
                              {checks ? 0 : kept_bytes, kept_bytes, request.file.size}, matching.writer));
  return finish(matching, result);
}

Result<std::optional<proto::OpsEnd>>
SourceLane::finish(Matching& matching, delta::MatchResult result)
{
  TRY(matching.writer.finish());
  TRY_ASSIGN(const fs::Stat after, fs::stat_fd(matching.source.file.get(), "file"));
  const std::uint64_t size = matching.request.file.size;
  if (matching.split && result.bytes == matching.split->bytes()) {
    result.bytes = size;
    result.hash = matching.split->file_hash();
  }
  const bool whole = result.bytes == size && is_unchanged(after, matching.source.stat);
  proto::OpsEnd end = changed(matching.request.file.id, after);
  end.outcome = whole ? proto::ReadOutcome::whole : proto::ReadOutcome::changed;
  end.hash = result.hash;
  end.bytes = result.bytes;
  end.literal_bytes = std::min(size, result.literal_bytes + matching.in_place.refused_bytes());
  return std::optional(end);
}

} // namespace godwit::endpoint
