// A file that comes as ops: from its basis to its place, or to what is kept of it.

#include "godwit/base/escape.hpp"
#include "local_write.hpp"

namespace godwit::endpoint {

namespace {

Error
changed_error(const model::RelPath& path)
{
  return make_error(ErrorKind::changed, "cannot copy '" + escape(path.str()) + "': it changed while it was read");
}

// The patcher knows no names.
Result<>
named(Result<> outcome, const model::RelPath& path)
{
  constexpr std::string_view nameless = "cannot rebuild file";
  if (!outcome && outcome.error().text.starts_with(nameless)) {
    outcome.error().text.replace(0, nameless.size(), "cannot rebuild '" + escape(path.str()) + "'");
  }
  return outcome;
}

} // namespace

void
DestLane::apply(proto::Apply request)
{
  const std::uint64_t id = request.id;
  Rebuilt rebuilt;
  rebuilt.entry = std::move(request.entry);
  if (const auto basis = m_bases.find(id); basis != m_bases.end()) {
    if (request.has_basis) {
      rebuilt.basis = std::move(basis->second);
    }
    m_bases.erase(basis);
  }
  rebuilt.outcome = begin(rebuilt, request.replaces);
  m_rebuilt.insert_or_assign(id, std::move(rebuilt));
}

Result<>
DestLane::begin(Rebuilt& rebuilt, bool replaces)
{
  TRY_ASSIGN(fs::StagedFile staged, stage(rebuilt.entry, replaces));
  if (rebuilt.entry.has(model::Entry::is_sparse)) {
    staged.make_holes();
  }
  rebuilt.staged = std::make_unique<fs::StagedFile>(std::move(staged));
  const int basis = rebuilt.basis.file ? rebuilt.basis.file->fd() : -1;
  rebuilt.rebuild = std::make_unique<fs::StagedRebuild>(*rebuilt.staged, basis);
  rebuilt.patcher = std::make_unique<delta::Patcher>(rebuilt.basis.file.get(), rebuilt.basis.bytes, *rebuilt.rebuild,
                                                     m_context.roots.key);
  rebuilt.patcher->set_limit(rebuilt.entry.size);
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
  report(end.id, finish(rebuilt, end));
}

Result<>
DestLane::finish(Rebuilt& rebuilt, const proto::OpsEnd& end)
{
  TRY(std::move(rebuilt.outcome));
  if (end.outcome != proto::ReadOutcome::whole) {
    return changed_error(rebuilt.entry.path);
  }
  TRY(named(rebuilt.patcher->finish(end.hash, end.bytes), rebuilt.entry.path));
  TRY(rebuilt.staged->commit());
  if (rebuilt.basis.partial_folder) {
    forget_partial(rebuilt, rebuilt.basis.partial_folder);
  }
  return {};
}

// The whole file is in place; what stays behind where this fails is found by the next run.
void
DestLane::forget_partial(const Rebuilt& rebuilt, const fs::Dir& partial)
{
  const std::string& name = m_context.roots.partial_name;
  (void)!partial.unlink(rebuilt.entry.path.name());
  if (!name.empty()) {
    if (auto folder = m_folders.open(rebuilt.entry.path.parent())) {
      (void)!folder->remove_folder(name); // unless others are kept in it
    }
  }
}

void
DestLane::keep_partial(Rebuilt& rebuilt)
{
  const Roots& roots = m_context.roots;
  if (!rebuilt.staged || !rebuilt.outcome || rebuilt.staged->size() == 0) {
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
