// Folders, links, nodes and metadata of the dest, and removals.

#include <cerrno>

#include "godwit/fs/metadata.hpp"
#include "godwit/fs/node.hpp"
#include "local_write.hpp"

namespace godwit::endpoint {

namespace {

constexpr std::uint32_t group_bit = 02000; // S_ISGID

} // namespace

void
DestLane::make(const proto::Make& request)
{
  const auto is_staged = request.is_staged && request.entry.is_folder() ? make_staged(request) : false;
  if (is_staged && *is_staged) {
    return; // answered when it gets its name
  }
  report(request.id, is_staged ? make_entry(request) : Result<>(is_staged.error()));
}

Result<bool>
DestLane::make_staged(const proto::Make& request)
{
  if (m_staged.is_full()) {
    return false;
  }
  const model::RelPath& path = request.entry.path;
  TRY_ASSIGN(const fs::Dir folder, changing_parent(path));
  if (const auto there = folder.stat(path.name()); there || there.error().errno_value != ENOENT) {
    return false;
  }
  TRY_ASSIGN(const fs::Metadata wanted, metadata_in(folder, request.entry));
  auto made = fs::StagedFolder::create(folder, path.name(), wanted);
  if (!made) {
    return false; // what is wrong is said of its own name
  }
  m_folders.invalidate(path);
  m_times.want(path, wanted);
  m_staged.add(path, *std::move(made), wanted, request.id);
  return true;
}

void
DestLane::folder_sent(const proto::FolderSent& request)
{
  if (const auto published = m_staged.publish(request.path)) {
    report(published->id, published->outcome);
  }
}

Result<fs::Metadata>
DestLane::metadata_in(const fs::Dir& folder, const model::Entry& entry) const
{
  fs::Metadata wanted = m_context.roots.metadata_for(entry);
  if (entry.is_folder() && entry.has(model::Entry::inherits_group_bit)) {
    TRY_ASSIGN(const fs::Stat around, folder.stat());
    wanted.mode = entry.mode | (around.mode & group_bit);
  }
  return wanted;
}

Result<>
DestLane::make_entry(const proto::Make& request)
{
  TRY_ASSIGN(fs::Dir folder, changing_parent(request.entry.path));
  TRY_ASSIGN(fs::Metadata wanted, metadata_in(folder, request.entry));
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
