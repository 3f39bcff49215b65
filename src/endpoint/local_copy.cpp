// Whole files between two trees of this machine: clone, kernel copy, or large
// reads and writes, on the dest's lanes.

#include <cerrno>

#include "godwit/base/escape.hpp"
#include "godwit/fs/clone.hpp"
#include "local_write.hpp"

namespace godwit::endpoint {

namespace {

constexpr std::uint64_t max_read_whole = 128U << 10U; // below this two calls beat the three ways of copy_whole()

} // namespace

void
DestLane::copy(SourceLane& source, const CopyFile& request)
{
  if (m_context.stopped) {
    report(request.file.id, make_error(ErrorKind::stopped, "stopped"));
    return;
  }
  const std::string name = escape(request.entry.path.str());
  Result<> outcome = make_error(ErrorKind::changed, "cannot copy '" + name + "': it changed while it was read");
  for (int attempt = 0; attempt < 2 && !outcome && outcome.error().kind == ErrorKind::changed; ++attempt) {
    auto from = source.open(request.file.base, request.file.path);
    if (!from) {
      Error error = std::move(from).error();
      error.kind = error.errno_value == ENOENT ? ErrorKind::vanished : ErrorKind::unreadable;
      outcome = std::move(error);
      break;
    }
    outcome = copy_file(request, *from);
  }
  report(request.file.id, outcome);
}

Result<>
DestLane::copy_file(const CopyFile& request, OpenSource& from)
{
  model::Entry entry = request.entry;
  entry.size = from.stat.size;
  entry.mtime = from.stat.mtime;
  const std::string label = "'" + escape(entry.path.str()) + "'";
  TRY_ASSIGN(fs::StagedFile staged, stage(entry, request.replaces));
  TRY(fill(staged, from, label));
  TRY_ASSIGN(const fs::Stat after, fs::stat_fd(from.file.get(), label));
  if (staged.size() != from.stat.size || !is_unchanged(after, from.stat)) {
    return make_error(ErrorKind::changed, "cannot copy " + label + ": it changed while it was read");
  }
  return staged.commit();
}

// Small files by one read of a byte more than the size, which shows that it did not grow.
Result<>
DestLane::fill(fs::StagedFile& staged, OpenSource& from, const std::string& label)
{
  if (from.stat.size > max_read_whole) {
    TRY_ASSIGN(const fs::Copied copied, fs::copy_whole(from.file.get(), staged.fd(), label));
    staged.advance(copied.bytes);
    return {};
  }
  m_buffer.resize(static_cast<std::size_t>(from.stat.size) + 1);
  TRY_ASSIGN(const std::size_t count, read_up_to(from.file.get(), m_buffer, label));
  return staged.append(ByteView(m_buffer).first(count));
}

} // namespace godwit::endpoint
