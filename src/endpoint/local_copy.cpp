// Whole files between two trees of this machine: clone, kernel copy, or large
// reads and writes, on the dest's lanes.

#include <cerrno>

#include "godwit/base/escape.hpp"
#include "godwit/fs/clone.hpp"
#include "godwit/fs/staged_copy.hpp"
#include "local_write.hpp"

namespace godwit::endpoint {

namespace {

constexpr std::uint64_t max_read_whole = 128U << 10U; // below this two calls beat the three ways of copy_whole()

Error
unreadable(Error error)
{
  error.kind = error.errno_value == ENOENT ? ErrorKind::vanished : ErrorKind::unreadable;
  return error;
}

} // namespace

void
DestLane::copy(SourceLane& source, const std::vector<proto::PutFile>& files)
{
  proto::Done done;
  const auto target = target_of(files.front().entry.path);
  for (const proto::PutFile& file : files) {
    if (m_context.stopped) {
      return;
    }
    auto copied = target ? copy_one(source, *target, file) : Result<Placed>(target.error());
    if (!copied) {
      report(file.id, copied.error());
    } else if (*copied == Placed::now) {
      done.ids.push_back(file.id);
    }
  }
  if (!done.ids.empty()) {
    m_context.answer({std::move(done), {}});
  }
}

Result<DestLane::Placed>
DestLane::copy_one(SourceLane& source, const Target& target, const proto::PutFile& file)
{
  const model::Entry& entry = file.entry;
  if (entry.size <= max_read_whole) {
    m_buffer.clear();
    const auto is_as_listed = source.read_listed(entry.base, entry.path, entry.size, entry.mtime, m_buffer);
    if (!is_as_listed) {
      return unreadable(is_as_listed.error());
    }
    if (*is_as_listed) {
      return write_whole(target, file, m_buffer);
    }
  }
  return copy_as_it_is(source, target, file);
}

// Looked at before and after, once more if it changed meanwhile.
Result<DestLane::Placed>
DestLane::copy_as_it_is(SourceLane& source, const Target& target, const proto::PutFile& file)
{
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto from = source.open(file.entry.base, file.entry.path);
    if (!from) {
      return unreadable(std::move(from).error());
    }
    auto outcome = copy_file(target, file, *from);
    if (outcome || outcome.error().kind != ErrorKind::changed) {
      return outcome;
    }
  }
  return make_error(ErrorKind::changed,
                    "cannot copy '" + escape(file.entry.path.view()) + "': it changed while it was read");
}

Result<DestLane::Placed>
DestLane::copy_file(const Target& target, const proto::PutFile& file, OpenSource& from)
{
  model::Entry entry = file.entry;
  entry.size = from.stat.size;
  entry.mtime = from.stat.mtime;
  const std::string label = "'" + escape(entry.path.view()) + "'";
  TRY_ASSIGN(fs::StagedFile staged, stage_in(target, entry, file.replaces));
  TRY(fill(staged, from, label));
  TRY_ASSIGN(const fs::Stat after, fs::stat_fd(from.file.get(), label));
  const bool is_sizeless = from.stat.size == 0; // as in /proc: what could be read is all there is
  if ((staged.size() != from.stat.size && !is_sizeless) || !is_unchanged(after, from.stat)) {
    return make_error(ErrorKind::changed, "cannot copy " + label + ": it changed while it was read");
  }
  return place({file.id, entry.path, staged}, file.replaces);
}

// Small files by one read of a byte more than the size, which shows that it did not grow.
Result<>
DestLane::fill(fs::StagedFile& staged, OpenSource& from, const std::string& label)
{
  if (from.stat.size > max_read_whole) {
    const proto::Open& asked = m_context.roots.request;
    if (asked.sparse || asked.preallocate || staged.is_in_place()) {
      return fs::copy_into(staged, from.file.get(), label); // what clones and kernel copies do not care for
    }
    const auto goes_on = [&](std::uint64_t bytes) {
      staged.note_written(bytes);
      return !m_context.stopped;
    };
    TRY_ASSIGN(const fs::Copied copied, fs::copy_whole(from.file.get(), staged.fd(), label, goes_on));
    staged.advance(copied.bytes);
    return {};
  }
  m_buffer.resize(static_cast<std::size_t>(from.stat.size) + 1);
  TRY_ASSIGN(const std::size_t count, read_up_to(from.file.get(), m_buffer, label));
  if (count == 0 || from.stat.size != 0) {
    return staged.append(ByteView(m_buffer).first(count));
  }
  m_buffer.resize(max_read_whole);
  TRY_ASSIGN(const std::size_t all, read_up_to(from.file.get(), m_buffer, label));
  if (all == m_buffer.size()) {
    return make_error(ErrorKind::changed, "cannot copy " + label + ": it has no size and no end");
  }
  return staged.append(ByteView(m_buffer).first(all));
}

} // namespace godwit::endpoint
