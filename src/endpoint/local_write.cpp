#include "local_write.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>

#include "godwit/base/escape.hpp"
#include "godwit/delta/signature.hpp"
#include "godwit/delta/sum_request.hpp"
#include "godwit/fs/metadata.hpp"
#include "godwit/fs/node.hpp"

namespace godwit::endpoint {

namespace {

constexpr std::uint32_t group_bit = 02000; // S_ISGID
constexpr std::size_t basis_read_bytes = 1U << 20U;

fs::Placing
placing_for(const model::Entry& entry, bool replaces)
{
  return replaces || entry.size > fs::max_linked_bytes ? fs::Placing::rename : fs::Placing::link;
}

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

DestLane::DestLane(LaneContext& context, SharedFolderTimes& times)
    : m_context(context), m_times(times), m_folders(context.roots.dest())
{
}

// What was under way when the run ended goes, or stays as partial.
DestLane::~DestLane()
{
  for (auto& [id, rebuilt] : m_rebuilt) {
    keep_partial(rebuilt);
  }
}

Result<fs::Dir>
DestLane::changing_parent(const model::RelPath& path)
{
  if (path.is_root()) {
    return make_error(ErrorKind::protocol, "cannot replace the destination itself");
  }
  const model::RelPath parent = path.parent();
  TRY_ASSIGN(fs::Dir folder, m_folders.open(parent));
  TRY(m_times.note(parent, folder));
  return folder;
}

void
DestLane::report(std::uint64_t id, const Result<>& outcome)
{
  if (outcome) {
    m_context.answer({proto::Done{{id}}, {}});
  } else {
    m_context.answer({failure(id, outcome.error()), {}});
  }
}

void
DestLane::signature(const proto::Signature& request)
{
  Basis basis;
  if (auto opened = open_basis(request.path)) {
    basis = *std::move(opened);
  }
  if (Result<> sent = send_sums(request, basis); !sent) {
    basis = {};
    m_context.answer({proto::Sums{request.id, {}, true}, {}}); // no sums: all of it comes as literals
  }
  m_bases[request.id] = std::move(basis);
}

// What was kept of an interrupted transfer first: it is nearer to what comes.
Result<DestLane::Basis>
DestLane::open_basis(const model::RelPath& path)
{
  TRY_ASSIGN(fs::Dir folder, m_folders.open(path.parent()));
  const Roots& roots = m_context.roots;
  fs::Dir partial = roots.partial_folder;
  if (!partial && !roots.partial_name.empty()) {
    if (auto opened = folder.open_folder(std::string_view(roots.partial_name))) {
      partial = *std::move(opened);
    }
  }
  auto file = partial ? partial.open_and_stat(path.name(), O_RDONLY)
                      : Result<fs::OpenedFile>(make_error(ErrorKind::system, "none"));
  if (!file) {
    partial = {};
    file = folder.open_and_stat(path.name(), O_RDONLY);
  }
  if (!file) {
    return std::move(file).error();
  }
  const std::uint64_t bytes = file->stat.size;
  return Basis{std::make_unique<fs::FileReader>(std::move(file->fd), folder.label(path.name())), bytes,
               std::move(partial)};
}

Result<>
DestLane::send_sums(const proto::Signature& request, Basis& basis)
{
  delta::SumOptions options;
  options.levels = request.levels ? delta::Levels::several : delta::Levels::one;
  delta::SignatureBuilder builder(m_context.roots.key, basis.bytes, options);
  m_buffer.resize(basis_read_bytes);
  for (std::uint64_t at = 0; basis.file && at < basis.bytes;) {
    TRY_ASSIGN(const std::size_t count, basis.file->read_at(at, m_buffer));
    if (count == 0) {
      return make_error(ErrorKind::changed, "basis became shorter");
    }
    builder.update(ByteView(m_buffer).first(count));
    at += count;
  }
  Bytes wire;
  delta::encode(builder.finish(), wire);
  send_in_parts(request.id, wire);
  return {};
}

void
DestLane::send_in_parts(std::uint64_t id, ByteView rest)
{
  do {
    const ByteView part = rest.first(std::min(rest.size(), proto::max_chunk_bytes));
    rest = rest.subspan(part.size());
    m_context.answer({proto::Sums{id, Bytes(part.begin(), part.end()), rest.empty()}, {}});
  } while (!rest.empty());
}

// Nothing is sent where they cannot be made: then the file comes as its blocks found it.
void
DestLane::gaps(const proto::Gaps& request)
{
  const auto attempt = [&]() -> Result<Bytes> {
    const auto basis = m_bases.find(request.id);
    if (basis == m_bases.end() || !basis->second.file) {
      return make_error(ErrorKind::protocol, "no basis");
    }
    TRY_ASSIGN(const delta::SumRequest wanted, delta::decode_sum_request(request.request, basis->second.bytes));
    return delta::sum_ranges(m_context.roots.key, *basis->second.file, wanted);
  };
  const auto sums = attempt();
  send_in_parts(request.id, sums ? ByteView(*sums) : ByteView());
}

Result<fs::StagedFile>
DestLane::stage(const model::Entry& entry, bool replaces)
{
  TRY_ASSIGN(fs::Dir folder, changing_parent(entry.path));
  return fs::StagedFile::create(folder, entry.path.name(), m_context.roots.metadata_for(entry),
                                placing_for(entry, replaces));
}

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

void
DestLane::put(const proto::Put& request)
{
  StreamHash hash(m_context.roots.key);
  for (const proto::PutFile& file : request.files) {
    hash.update(file.content);
  }
  if (hash.digest() != request.hash) {
    for (const proto::PutFile& file : request.files) {
      report(file.id, make_error(ErrorKind::verify, "cannot write '" + escape(file.entry.path.str()) +
                                                        "': what arrived is not what was read"));
    }
    return;
  }
  proto::Done done;
  for (const proto::PutFile& file : request.files) {
    if (Result<> written = put_file(file); written) {
      done.ids.push_back(file.id);
    } else {
      report(file.id, written);
    }
  }
  m_context.answer({std::move(done), {}});
}

Result<>
DestLane::put_file(const proto::PutFile& file)
{
  TRY_ASSIGN(fs::StagedFile staged, stage(file.entry, file.replaces));
  TRY(staged.append(file.content));
  return staged.commit();
}

void
DestLane::make(const proto::Make& request)
{
  report(request.id, make_entry(request));
}

Result<>
DestLane::make_entry(const proto::Make& request)
{
  TRY_ASSIGN(fs::Dir folder, changing_parent(request.entry.path));
  fs::Metadata wanted = m_context.roots.metadata_for(request.entry);
  if (request.entry.is_folder() && request.entry.has(model::Entry::inherits_group_bit)) {
    TRY_ASSIGN(const fs::Stat around, folder.stat());
    wanted.mode = request.entry.mode | (around.mode & group_bit);
  }
  const fs::Metadata final = wanted;
  if (request.entry.is_folder()) {
    wanted.mode = *wanted.mode | 0700U; // exact when all is in it
    wanted.mtime.reset();
    m_folders.invalidate(request.entry.path);
  }
  const std::string_view name = request.entry.path.name();
  const fs::Replace replace = request.replaces ? fs::Replace::yes : fs::Replace::no;
  Result<> made = fs::make_node(folder, name, request.entry, wanted, replace);
  if (!made && request.entry.is_folder() && made.error().errno_value == EEXIST) {
    TRY_ASSIGN(const fs::Stat there, folder.stat(name));
    made = there.is_folder() ? Result<>() : std::move(made);
  }
  TRY(std::move(made));
  if (request.entry.is_folder()) {
    m_times.want(request.entry.path, final);
  }
  return {};
}

// What is made in a folder takes its group if it has the set-group-id bit: the bit is put right before.
Result<>
DestLane::hand_on_group(const model::Entry& wanted)
{
  TRY_ASSIGN(const fs::Dir folder, m_folders.open(wanted.path));
  TRY_ASSIGN(const fs::Stat there, folder.stat());
  if (((there.mode ^ wanted.mode) & group_bit) == 0) {
    return {};
  }
  fs::Metadata now;
  now.mode = there.mode ^ group_bit;
  m_folders.invalidate(wanted.path);
  return fs::set_metadata(folder, now);
}

void
DestLane::set_metadata(const proto::SetMetadata& request)
{
  const fs::Metadata wanted = m_context.roots.metadata_for(request.entry);
  if (request.entry.is_folder()) {
    m_times.want(request.entry.path, wanted);
    report(request.id, hand_on_group(request.entry));
    return;
  }
  auto folder = m_folders.open(request.entry.path.parent());
  report(request.id, !folder ? Result<>(folder.error())
                             : fs::set_metadata(*folder, request.entry.path.name(), wanted));
}

void
DestLane::remove(const proto::Remove& request)
{
  const auto attempt = [&]() -> Result<> {
    TRY_ASSIGN(fs::Dir folder, changing_parent(request.path));
    if (!request.is_folder) {
      return folder.unlink(request.path.name());
    }
    m_folders.invalidate(request.path);
    TRY(folder.remove_folder(request.path.name()));
    m_times.forget(request.path);
    return {};
  };
  Result<> removed = attempt();
  const bool is_gone = !removed && removed.error().errno_value == ENOENT;
  report(request.id, is_gone ? Result<>() : std::move(removed));
}

} // namespace godwit::endpoint
