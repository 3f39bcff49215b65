// A file that comes as ops: from its basis to its place, or to what is kept of it.

#include "godwit/base/escape.hpp"
#include "local_write.hpp"

namespace godwit::endpoint {

namespace {

Error
changed_error(const model::RelPath& path)
{
  return make_error(ErrorKind::changed, "cannot copy '" + escape(path.view()) + "': it changed while it was read");
}

Error
basis_error(const model::RelPath& path)
{
  return make_error(ErrorKind::system,
                    "cannot update '" + escape(path.view()) + "': it was changed by another meanwhile");
}

// The patcher knows no names.
Result<>
named(Result<> outcome, const model::RelPath& path)
{
  constexpr std::string_view nameless = "cannot rebuild file";
  if (!outcome && outcome.error().text.starts_with(nameless)) {
    outcome.error().text.replace(0, nameless.size(), "cannot rebuild '" + escape(path.view()) + "'");
  }
  return outcome;
}

} // namespace

void
DestLane::apply(const proto::Apply& request)
{
  const std::uint64_t id = request.id;
  Rebuilt rebuilt;
  rebuilt.entry = request.entry;
  rebuilt.id = id;
  rebuilt.replaces = request.replaces;
  if (const auto basis = m_bases.find(id); basis != m_bases.end()) {
    if (request.has_basis) {
      rebuilt.basis = std::move(basis->second);
    }
    m_bases.erase(basis);
  }
  rebuilt.outcome = begin(rebuilt, request);
  m_rebuilt.insert_or_assign(id, std::move(rebuilt));
}

Result<>
DestLane::begin(Rebuilt& rebuilt, const proto::Apply& request)
{
  TRY_ASSIGN(fs::StagedFile staged, stage(rebuilt.entry, request.replaces));
  rebuilt.staged = std::make_unique<fs::StagedFile>(std::move(staged));
  if (rebuilt.staged->is_in_place() || request.kept != proto::Kept::none) {
    TRY(begin_in_place(rebuilt, request));
  }
  const bool is_plain = rebuilt.basis.file && !rebuilt.basis.split;
  const int basis = is_plain ? rebuilt.basis.file->fd() : -1;
  rebuilt.rebuild = std::make_unique<fs::StagedRebuild>(*rebuilt.staged, basis);
  TRY(begin_patcher(rebuilt));
  if (rebuilt.staged->is_in_place()) {
    rebuilt.patcher->set_in_place();
  }
  if (request.kept == proto::Kept::trusted) {
    rebuilt.patcher->start_at(request.kept_bytes);
    rebuilt.staged->keep(request.kept_bytes);
  }
  return {};
}

Result<>
DestLane::begin_patcher(Rebuilt& rebuilt)
{
  const HashKey& key = m_context.roots.key;
  Rebuild* out = rebuilt.rebuild.get();
  std::uint64_t most_bytes = rebuilt.entry.size;
  if (rebuilt.basis.split) {
    if (rebuilt.entry.size > rebuilt.basis.new_bytes) { // which was paid for
      return make_error(ErrorKind::protocol, "cannot rebuild file: it is larger than announced");
    }
    rebuilt.join = std::make_unique<delta::SplitJoin>(*out, rebuilt.entry.size, key);
    out = rebuilt.join.get();
    most_bytes = delta::max_split_form_bytes(rebuilt.entry.size);
  }
  rebuilt.patcher = std::make_unique<delta::Patcher>(rebuilt.basis.content(), rebuilt.basis.bytes, *out, key);
  rebuilt.patcher->set_limit(most_bytes);
  return {};
}

// The basis, if there is one, is the very file that is overwritten, and still holds what is kept of it.
Result<>
DestLane::begin_in_place(Rebuilt& rebuilt, const proto::Apply& request)
{
  const model::RelPath& path = rebuilt.entry.path;
  const bool keeps = request.kept != proto::Kept::none;
  if (keeps && (rebuilt.staged->old_size() < request.kept_bytes || request.kept_bytes > rebuilt.entry.size)) {
    return basis_error(path);
  }
  if (request.kept == proto::Kept::checked) {
    TRY_ASSIGN(rebuilt.basis, open_basis(path));
    rebuilt.basis.bytes = request.kept_bytes;
  }
  if (rebuilt.basis.file) {
    const std::string label = "'" + escape(path.view()) + "'";
    TRY_ASSIGN(const fs::Stat basis, fs::stat_fd(rebuilt.basis.file->fd(), label));
    TRY_ASSIGN(const fs::Stat target, fs::stat_fd(rebuilt.staged->fd(), label));
    return basis.is_same_file(target) ? Result<>() : Result<>(basis_error(path));
  }
  return {};
}

void
DestLane::ops(const proto::Ops& ops)
{
  const auto found = m_rebuilt.find(ops.id);
  if (found != m_rebuilt.end() && found->second.outcome) {
    found->second.outcome = named(found->second.patcher->apply(ops.chunk), found->second.entry.path);
  }
}

void
DestLane::ops_end(const proto::OpsEnd& end)
{
  const auto found = m_rebuilt.find(end.id);
  if (found == m_rebuilt.end()) {
    if (m_bases.erase(end.id) != 0) {
      return; // the source gave up before the file was begun
    }
    report(end.id, make_error(ErrorKind::protocol, "cannot end a transfer that was not begun"));
    return;
  }
  Rebuilt rebuilt = std::move(found->second);
  m_rebuilt.erase(found);
  const auto finished = finish(rebuilt, end);
  if (!finished || *finished == Placed::now) {
    report(end.id, finished ? Result<>() : Result<>(finished.error()));
  }
}

Result<DestLane::Placed>
DestLane::finish(Rebuilt& rebuilt, const proto::OpsEnd& end)
{
  TRY(std::move(rebuilt.outcome));
  if (end.outcome != proto::ReadOutcome::whole) {
    return changed_error(rebuilt.entry.path);
  }
  TRY(named(rebuilt.join ? rebuilt.join->finish(end.hash, end.bytes) : rebuilt.patcher->finish(end.hash, end.bytes),
            rebuilt.entry.path));
  return place({rebuilt.id, rebuilt.entry.path, *rebuilt.staged, rebuilt.basis.partial_folder}, rebuilt.replaces);
}

// The whole file is in place; what stays behind where this fails is found by the next run.
void
DestLane::forget_partial(const model::RelPath& path, const fs::Dir& partial)
{
  const std::string& name = m_context.roots.partial_name;
  (void)!partial.unlink(path.name());
  if (!name.empty()) {
    if (auto folder = m_folders.open(path.parent())) {
      (void)!folder->remove_folder(name); // unless others are kept in it
    }
  }
}

void
DestLane::keep_partial(Rebuilt& rebuilt)
{
  const Roots& roots = m_context.roots;
  if (!rebuilt.staged || !rebuilt.outcome || rebuilt.staged->size() == 0 || rebuilt.staged->is_in_place()) {
    return;
  }
  const std::string_view name = rebuilt.entry.path.name();
  if (roots.partial_folder) {
    (void)!rebuilt.staged->keep_as_partial(roots.partial_folder, name);
    return;
  }
  auto folder = roots.partial_name.empty() ? Result<fs::Dir>(make_error(ErrorKind::system, "none"))
                                           : m_folders.open(rebuilt.entry.path.parent());
  if (!folder) {
    return;
  }
  (void)!folder->make_folder(roots.partial_name, 0700);
  if (auto partial = folder->open_folder(std::string_view(roots.partial_name))) {
    (void)!rebuilt.staged->keep_as_partial(*partial, name);
  }
}

} // namespace godwit::endpoint
