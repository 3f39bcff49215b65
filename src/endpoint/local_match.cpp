// A source file against the sums of its basis, and its finer levels.

#include <cerrno>

#include "godwit/delta/signature.hpp"
#include "godwit/delta/tail.hpp"
#include "local_read.hpp"

namespace godwit::endpoint {

namespace {

constexpr std::size_t max_awaiting = 64; // half-matched files of a lane; more are sent unrefined

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

} // namespace

void
SourceLane::match(const proto::Match& request, const Bytes& sums)
{
  const proto::SourceFile& file = request.file;
  auto source = open(file.base, file.path);
  if (!source) {
    proto::OpsEnd end = failed(file.id, source.error().errno_value);
    end.outcome = outcome_of(source.error());
    m_context.answer({end, {}});
    return;
  }
  if (!is_as_listed(source->stat, file)) {
    proto::OpsEnd end;
    end.id = file.id;
    end.outcome = proto::ReadOutcome::changed;
    end.new_size = source->stat.size;
    end.new_mtime = source->stat.mtime;
    m_context.answer({end, {}});
    return;
  }
  if (const auto end = match_open(*std::move(source), request, sums)) {
    m_context.answer({*end, {}});
  }
}

std::optional<proto::OpsEnd>
SourceLane::match_open(OpenSource source, const proto::Match& request, const Bytes& sums)
{
  const std::uint64_t id = request.file.id;
  delta::Signature signature;
  if (!sums.empty()) {
    auto decoded = delta::decode(sums);
    if (!decoded) {
      return failed(id, EPROTO);
    }
    signature = *std::move(decoded);
  }
  auto duplicate = source.file.duplicate();
  if (!duplicate) {
    return failed(id, duplicate.error().errno_value);
  }
  const auto emit = [this, id](Bytes chunk) -> Result<> {
    if (m_context.stopped) {
      return make_error(ErrorKind::stopped, "stopped");
    }
    m_context.pass_limit(chunk.size());
    Lease lease = m_context.payload.take(chunk.size());
    m_context.answer({proto::Ops{id, std::move(chunk)}, std::move(lease)});
    return {};
  };
  const bool refines = request.least_saving != 0 && !signature.empty() && m_matching.size() < max_awaiting;
  auto matching =
      std::make_unique<Matching>(std::move(source), fs::FileReader(*std::move(duplicate), "file"),
                                 m_context.roots.key, request, signature.basis_bytes, emit);
  auto matched = run_match(*matching, std::move(signature), refines);
  if (!matched) {
    return failed(id, matched.error().errno_value);
  }
  matching->result = *matched;
  if (!refines) {
    matching->request.least_saving = 0;
  }
  return ask_or_finish(std::move(matching));
}

// What is kept of a file that grows in place, and a file without a basis, is not searched.
Result<delta::MatchResult>
SourceLane::run_match(Matching& matching, delta::Signature signature, bool refines)
{
  const proto::Match& request = matching.request;
  const HashKey& key = m_context.roots.key;
  if (request.kept != proto::Kept::none) {
    const bool checks = request.kept == proto::Kept::checked;
    if (checks) {
      TRY(matching.writer.copy(0, request.kept_bytes));
    }
    return delta::emit_tail(matching.reader, key,
                            {checks ? 0 : request.kept_bytes, request.kept_bytes, request.file.size}, matching.writer);
  }
  if (signature.empty()) {
    return delta::emit_tail(matching.reader, key, {0, 0, request.file.size}, matching.writer);
  }
  delta::Matcher matcher(key, std::move(signature));
  delta::OpSink& sink = refines ? static_cast<delta::OpSink&>(matching.refiner) : matching.sink();
  return matcher.match(matching.reader, request.file.size, sink);
}

void
SourceLane::refine(std::uint64_t id, const Bytes& sums)
{
  auto found = m_matching.find(id);
  if (found == m_matching.end()) {
    return; // the run is ending
  }
  std::unique_ptr<Matching> matching = std::move(found->second);
  m_matching.erase(found);
  if (!matching->refiner.refine(sums)) {
    matching->request.least_saving = UINT64_MAX; // no usable sums: it goes as it is
  }
  if (const auto end = ask_or_finish(std::move(matching))) {
    m_context.answer({*end, {}});
  }
}

std::optional<proto::OpsEnd>
SourceLane::ask_or_finish(std::unique_ptr<Matching> matching)
{
  const std::uint64_t id = matching->request.file.id;
  const std::uint64_t least = matching->request.least_saving;
  if (least != 0 && matching->refiner.likely_saving() >= least) {
    {
      const std::scoped_lock lock(m_context.refining_mutex);
      m_context.refining.insert(id);
    }
    proto::Gaps gaps{id, matching->refiner.request()};
    m_matching.insert_or_assign(id, std::move(matching));
    m_context.answer({std::move(gaps), {}});
    return std::nullopt;
  }
  delta::MatchResult& result = matching->result;
  if (least != 0) {
    auto refined = matching->refiner.finish();
    if (!refined) {
      return failed(id, refined.error().errno_value);
    }
    result.literal_bytes = refined->literal_bytes;
  }
  result.literal_bytes += matching->in_place.refused_bytes();
  Result<> finished = matching->writer.finish();
  const auto after = fs::stat_fd(matching->source.file.get(), "file");
  if (!finished || !after) {
    return failed(id, !finished ? finished.error().errno_value : after.error().errno_value);
  }
  proto::OpsEnd end;
  end.id = id;
  const bool whole = result.bytes == matching->request.file.size && is_unchanged(*after, matching->source.stat);
  end.outcome = whole ? proto::ReadOutcome::whole : proto::ReadOutcome::changed;
  end.hash = result.hash;
  end.bytes = result.bytes;
  end.literal_bytes = result.literal_bytes;
  end.new_size = after->size;
  end.new_mtime = after->mtime;
  return end;
}

} // namespace godwit::endpoint
