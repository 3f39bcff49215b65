#include "mover.hpp"

#include <cerrno>
#include <ctime>
#include <utility>

#include <fcntl.h>
#include <linux/fs.h>

#include "content_hash.hpp"
#include "godwit/base/escape.hpp"
#include "godwit/fs/clone.hpp"
#include "godwit/fs/metadata.hpp"
#include "godwit/fs/name_count.hpp"
#include "godwit/fs/staged_name.hpp"
#include "local_write.hpp"

namespace godwit::endpoint {

namespace {

constexpr std::uint32_t group_bit = 02000; // S_ISGID

Error
changed_error(const model::RelPath& path)
{
  return make_error(ErrorKind::changed, "cannot move '" + escape(path.view()) + "': it has changed");
}

bool
differs(const fs::Stat& there, const fs::Metadata& wanted)
{
  return (wanted.mode && *wanted.mode != there.mode) || (wanted.uid != model::keep_id && wanted.uid != there.uid) ||
         (wanted.gid != model::keep_id && wanted.gid != there.gid) || (wanted.mtime && *wanted.mtime != there.mtime);
}

} // namespace

Mover::Mover(LaneContext& context, SharedFolderTimes& times, DestFolders& folders)
    : m_context(context), m_times(times), m_folders(folders)
{
}

void
Mover::drop_retained()
{
  for (const auto& [id, retained] : m_retained) {
    if (!retained.copy) {
      (void)!retained.folder.unlink(retained.name);
    }
  }
  m_retained.clear();
}

Result<fs::Dir>
Mover::changing_parent(const model::RelPath& path)
{
  const model::RelPath parent = path.parent();
  TRY_ASSIGN(fs::Dir folder, m_folders.open(parent));
  TRY(m_times.note(parent, folder));
  return folder;
}

Result<Mover::Found>
Mover::find_unchanged(const model::RelPath& path, std::uint64_t state)
{
  TRY_ASSIGN(fs::Dir folder, m_folders.open(path.parent()));
  TRY_ASSIGN(const fs::Stat stat, folder.stat(path.name()));
  if (!stat.is_regular() || state_of(stat, m_context.roots.key) != state) {
    return changed_error(path);
  }
  return Found{std::move(folder), stat};
}

// A moved file or folder is a new one: without -t its time is that of the move.
fs::Metadata
Mover::metadata_for(const model::Entry& entry) const
{
  fs::Metadata wanted = m_context.roots.metadata_for(entry);
  if (!wanted.mtime) {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    wanted.mtime = model::Time{now.tv_sec, static_cast<std::uint32_t>(now.tv_nsec)};
  }
  return wanted;
}

bool
Mover::needs_copy(const Found& found, const model::Entry& entry) const
{
  return found.stat.links > 1 && differs(found.stat, metadata_for(entry));
}

Result<>
Mover::move(const proto::Move& request)
{
  const model::RelPath& to = request.entry.path;
  const model::RelPath& from = request.from;
  if (to.is_root() || from.is_root() || from == to || from.is_below(to) || to.is_below(from)) {
    return make_error(ErrorKind::protocol, "cannot move a name into itself");
  }
  if (request.entry.is_folder()) {
    return move_folder(request);
  }
  if (!request.entry.is_regular()) {
    return make_error(ErrorKind::protocol, "cannot move what is no file or folder");
  }
  return request.way == proto::MoveWay::retained ? move_retained(request) : move_file(request);
}

Result<>
Mover::move_folder(const proto::Move& request)
{
  const model::RelPath& to = request.entry.path;
  if (request.way != proto::MoveWay::rename) {
    return make_error(ErrorKind::protocol, "cannot copy a folder");
  }
  TRY_ASSIGN(const fs::Dir from_parent, changing_parent(request.from));
  TRY_ASSIGN(const fs::Dir to_parent, changing_parent(to));
  TRY_ASSIGN(const fs::Stat there, from_parent.stat(request.from.name()));
  if (!there.is_folder()) {
    return changed_error(request.from);
  }
  // What a rule hid from the plan is not to lose its name.
  TRY_ASSIGN(const fs::Dir folder, from_parent.open_folder(request.from.name()));
  TRY_ASSIGN(const std::uint64_t names, fs::count_names(folder, request.names));
  if (names != request.names) {
    return changed_error(request.from);
  }
  fs::Metadata wanted = metadata_for(request.entry);
  if (request.entry.has(model::Entry::inherits_group_bit)) {
    TRY_ASSIGN(const fs::Stat around, to_parent.stat());
    wanted.mode = request.entry.mode | (around.mode & group_bit);
  }
  m_folders.invalidate(request.from);
  TRY(from_parent.rename(request.from.name(), to_parent, to.name(), RENAME_NOREPLACE));
  m_times.forget(request.from);
  m_times.want(to, wanted);
  return {};
}

Result<>
Mover::move_file(const proto::Move& request)
{
  TRY_ASSIGN(const Found found, find_unchanged(request.from, request.state));
  const bool goes = request.way == proto::MoveWay::rename;
  if (goes && !needs_copy(found, request.entry)) {
    Result<> renamed = rename(found, request);
    if (renamed || renamed.error().errno_value != EXDEV) {
      return renamed;
    }
  }
  TRY_ASSIGN(fs::StagedFile staged, copy(request.from, request.state, request.entry, request.replaces));
  TRY(staged.commit());
  if (!goes) {
    return {};
  }
  TRY_ASSIGN(const fs::Dir from_parent, changing_parent(request.from));
  return from_parent.unlink(request.from.name());
}

Result<>
Mover::rename(const Found& found, const proto::Move& request)
{
  TRY(m_times.note(request.from.parent(), found.folder));
  return put_in_place(found.folder, request.from.name(), request.entry, request.replaces);
}

// A rename of one name of a file to another one of it does nothing at all.
Result<>
Mover::put_in_place(const fs::Dir& from, std::string_view name, const model::Entry& entry, bool replaces)
{
  TRY_ASSIGN(const fs::Dir to_parent, changing_parent(entry.path));
  const std::string_view to = entry.path.name();
  TRY_ASSIGN(const fs::Stat moving, from.stat(name));
  const auto there = to_parent.stat(to);
  if (there && there->is_same_file(moving)) {
    TRY(from.unlink(name));
  } else {
    TRY(from.rename(name, to_parent, to, replaces ? 0 : RENAME_NOREPLACE));
  }
  return fs::set_metadata(to_parent, to, metadata_for(entry));
}

Result<fs::StagedFile>
Mover::copy(const model::RelPath& from, std::uint64_t state, const model::Entry& entry, bool replaces)
{
  TRY_ASSIGN(const fs::Dir folder, m_folders.open(from.parent()));
  TRY_ASSIGN(const fs::OpenedFile file, folder.open_and_stat(from.name(), O_RDONLY));
  if (state_of(file.stat, m_context.roots.key) != state) {
    return changed_error(from);
  }
  TRY_ASSIGN(const fs::Dir to_parent, changing_parent(entry.path));
  TRY_ASSIGN(fs::StagedFile staged,
             fs::StagedFile::create(to_parent, entry.path.name(), m_context.roots.metadata_for(entry),
                                    replaces ? fs::Placing::rename : fs::Placing::link));
  const std::string label = folder.label(from.name());
  TRY_ASSIGN(const fs::Copied copied,
             fs::copy_whole(file.fd.get(), staged.fd(), label, [this](std::uint64_t) { return !m_context.stopped; }));
  staged.advance(copied.bytes);
  TRY_ASSIGN(const fs::Stat after, fs::stat_fd(file.fd.get(), label));
  if (staged.size() != file.stat.size || !is_unchanged(after, file.stat)) {
    return changed_error(from);
  }
  return staged;
}

Result<>
Mover::retain(const proto::Retain& request)
{
  if (request.from.is_root() || request.entry.path.is_root() || !request.entry.is_regular()) {
    return make_error(ErrorKind::protocol, "cannot keep what is no file");
  }
  TRY_ASSIGN(Found found, find_unchanged(request.from, request.state));
  Retained retained;
  if (differs(found.stat, m_context.roots.metadata_for(request.entry))) {
    TRY_ASSIGN(fs::StagedFile staged, copy(request.from, request.state, request.entry, true));
    retained.copy.emplace(std::move(staged));
  } else {
    TRY(m_times.note(request.from.parent(), found.folder));
    retained.name = fs::staged_name_for(request.entry.path.name());
    TRY(found.folder.link(request.from.name(), found.folder, retained.name));
    retained.folder = found.folder;
    retained.stat = found.stat;
  }
  m_retained.insert_or_assign(request.id, std::move(retained));
  return {};
}

Result<>
Mover::move_retained(const proto::Move& request)
{
  const auto found = m_retained.find(request.retained);
  if (found == m_retained.end()) {
    return changed_error(request.from);
  }
  Retained retained = std::move(found->second);
  m_retained.erase(found);
  if (retained.copy) {
    return retained.copy->commit();
  }
  TRY_ASSIGN(const fs::Stat now, retained.folder.stat(retained.name));
  Result<> placed = changed_error(request.from);
  if (now.is_same_file(retained.stat) && now.size == retained.stat.size && now.mtime == retained.stat.mtime) {
    placed = put_in_place(retained.folder, retained.name, request.entry, request.replaces);
  }
  if (!placed) {
    (void)!retained.folder.unlink(retained.name);
  }
  return placed;
}

} // namespace godwit::endpoint
