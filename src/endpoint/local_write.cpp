#include "local_write.hpp"

#include <cerrno>

#include "godwit/base/escape.hpp"
#include "godwit/fs/disk.hpp"

namespace godwit::endpoint {

namespace {

constexpr std::uint64_t min_awaited_bytes = 256U << 10U; // smaller ones the sync itself begins to write
// Each piece waits for the disk, so that smaller files, several to a sync, are better left to the page cache.
constexpr std::uint64_t min_direct_bytes = 16U << 20U;

fs::Placing
placing_for(const proto::Open& asked, const model::Entry& entry, bool replaces, bool is_staged)
{
  if (replaces || entry.size > fs::max_linked_bytes) {
    return asked.in_place && !is_staged ? fs::Placing::in_place : fs::Placing::rename;
  }
  return is_staged ? fs::Placing::direct : fs::Placing::link;
}

} // namespace

DestLane::DestLane(LaneContext& context, SharedFolderTimes& times, StagedFolders& staged)
    : m_context(context), m_times(times), m_staged(staged), m_folders(context.roots.dest(), staged),
      m_mover(context, times, m_folders)
{
}

// What was under way when the run ended goes, or stays as partial.
DestLane::~DestLane()
{
  for (auto& [id, rebuilt] : m_rebuilt) {
    keep_partial(rebuilt);
  }
  settle();
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

Result<fs::StagedFile>
DestLane::stage(const model::Entry& entry, bool replaces)
{
  TRY_ASSIGN(fs::Dir folder, changing_parent(entry.path));
  return create(folder, entry, placing_for(m_context.roots.request, entry, replaces, false), replaces);
}

Result<fs::StagedFile>
DestLane::create(const fs::Dir& folder, const model::Entry& entry, fs::Placing placing, bool replaces)
{
  const proto::Open& asked = m_context.roots.request;
  auto staged = fs::StagedFile::create(folder, entry.path.name(), m_context.roots.metadata_for(entry), placing);
  if (!staged) {
    return staged;
  }
  // A file that is sparse at the source is so here, unless its room is to be reserved.
  const bool makes_holes = asked.sparse || (entry.has(model::Entry::is_sparse) && !asked.preallocate);
  fs::Room room{.makes_holes = makes_holes, .reserved = asked.preallocate ? entry.size : 0};
  if (replaces && entry.size >= min_awaited_bytes && placing == fs::Placing::rename) {
    const fs::DiskFacts disk = fs::disk_facts(folder);
    room.is_awaited = !disk.orders_replacements;
    room.direct_bytes = room.is_awaited && disk.is_good_direct && entry.size >= min_direct_bytes ? entry.size : 0;
  }
  if (auto prepared = staged->prepare(room); !prepared) {
    staged = std::move(prepared).error();
  }
  return staged;
}

Result<DestLane::Target>
DestLane::target_of(const model::RelPath& file)
{
  const model::RelPath parent = file.parent();
  if (m_folders.is_staged(parent)) {
    TRY_ASSIGN(fs::Dir folder, m_folders.open(parent));
    return Target{std::move(folder), true};
  }
  TRY_ASSIGN(fs::Dir folder, changing_parent(file));
  return Target{std::move(folder), false};
}

// For a file that is written at once: before the folder gets its name.
Result<fs::StagedFile>
DestLane::stage_in(const Target& target, const model::Entry& entry, bool replaces)
{
  const fs::Placing placing = placing_for(m_context.roots.request, entry, replaces, target.is_staged);
  auto staged = create(target.folder, entry, placing, replaces);
  if (!staged && placing == fs::Placing::direct && staged.error().errno_value == EEXIST) {
    staged = create(target.folder, entry, fs::Placing::rename, replaces);
  }
  return staged;
}

void
DestLane::put(const proto::Put& request)
{
  StreamHash hash(m_context.roots.key);
  hash.update(request.content);
  if (hash.digest() != request.hash) {
    for (const proto::PutFile& file : request.files) {
      report(file.id, make_error(ErrorKind::verify, "cannot write '" + escape(file.entry.path.view()) +
                                                        "': what arrived is not what was read"));
    }
    return;
  }
  proto::Done done;
  const auto target = target_of(request.files.front().entry.path);
  ByteView rest = request.content;
  for (const proto::PutFile& file : request.files) {
    const ByteView content = rest.first(static_cast<std::size_t>(file.entry.size));
    rest = rest.subspan(content.size());
    auto written = target ? write_whole(*target, file, content) : Result<Placed>(target.error());
    if (!written) {
      report(file.id, written.error());
    } else if (*written == Placed::now) {
      done.ids.push_back(file.id);
    }
  }
  if (!done.ids.empty()) {
    m_context.answer({std::move(done), {}});
  }
}

Result<DestLane::Placed>
DestLane::write_whole(const Target& target, const proto::PutFile& file, ByteView content)
{
  TRY_ASSIGN(fs::StagedFile staged, stage_in(target, file.entry, file.replaces));
  TRY(staged.append(content));
  return place({file.id, file.entry.path, staged}, file.replaces);
}

} // namespace godwit::endpoint
