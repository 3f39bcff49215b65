#include "local_read.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "content_hash.hpp"
#include "godwit/fs/listed_file.hpp"
#include "godwit/fs/node.hpp"

namespace godwit::endpoint {

namespace {

constexpr std::size_t max_sizeless_bytes = 64U << 10U;
static_assert(max_sizeless_bytes <= proto::max_chunk_bytes);

// For one more file in the same message, whatever its size turns out to be.
bool
has_room(const proto::Contents& contents)
{
  return contents.content.size() + proto::max_chunk_bytes <= proto::max_content_bytes;
}

// What files take that are read whole, in one message.
std::size_t
expected_bytes(std::span<const proto::SourceFile> files)
{
  std::size_t bytes = 0;
  for (const proto::SourceFile& file : files) {
    bytes += static_cast<std::size_t>(std::min<std::uint64_t>(file.size, proto::max_chunk_bytes));
  }
  return std::min(bytes, proto::max_content_bytes);
}

} // namespace

Result<std::size_t>
read_up_to(int fd, ByteSpan into, const std::string& what)
{
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t count = ::pread(fd, into.data() + done, into.size() - done, static_cast<off_t>(done));
    if (count == 0) {
      break;
    }
    if (count < 0 && errno != EINTR) {
      return sys_error("cannot read " + what);
    }
    done += count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  return done;
}

proto::ReadOutcome
outcome_of(const Error& error)
{
  return error.errno_value == ENOENT ? proto::ReadOutcome::vanished : proto::ReadOutcome::failed;
}

bool
is_unchanged(const fs::Stat& now, const fs::Stat& before)
{
  return fs::FileState(now) == fs::FileState(before);
}

proto::Failed
failure(std::uint64_t id, const Error& error)
{
  return {id, error.kind, error.errno_value, error.text, fs::is_in_way(error)};
}

void
LaneContext::pass_limit(std::size_t bytes)
{
  const std::scoped_lock lock(limit_mutex);
  while (bytes != 0 && limit.is_limited() && !stopped) {
    const std::size_t portion = limit.portion(bytes);
    limit.pass(portion);
    bytes -= portion;
  }
}

SourceLane::SourceLane(LaneContext& context) : m_context(context)
{
  for (const fs::Base& base : context.roots.bases) {
    m_folders.emplace_back(base.dir);
  }
}

Result<fs::Dir>
SourceLane::folder_of(std::uint32_t base, const model::RelPath& real_path)
{
  if (base >= m_folders.size()) {
    return make_error(ErrorKind::protocol, "cannot read from a base that was not opened");
  }
  return m_folders[base].open_above(real_path);
}

Result<OpenSource>
SourceLane::open(std::uint32_t base, const model::RelPath& path)
{
  if (base >= m_folders.size() || path.is_root()) {
    return make_error(ErrorKind::protocol, "cannot read from a base that was not opened");
  }
  const model::RelPath real = m_context.roots.bases[base].real_path(path);
  TRY_ASSIGN(fs::Dir folder, folder_of(base, real));
  TRY_ASSIGN(fs::OpenedFile open, folder.open_and_stat(real.name(), O_RDONLY));
  return OpenSource{std::move(open.fd), open.stat};
}

void
SourceLane::read(const proto::Read& request)
{
  std::span<const proto::SourceFile> rest = request.files;
  while (!rest.empty()) {
    rest = read_some(rest);
  }
}

// As many as a message holds, from the front; what is left of them.
std::span<const proto::SourceFile>
SourceLane::read_some(std::span<const proto::SourceFile> files)
{
  const std::size_t bytes = expected_bytes(files);
  Lease lease = m_context.payload.take(bytes + files.size() * proto::entry_overhead);
  proto::Contents contents;
  contents.files.reserve(files.size());
  contents.content.reserve(bytes + 1); // reading takes one more
  while (!files.empty() && has_room(contents)) {
    const std::size_t before = contents.content.size();
    contents.files.push_back(read_whole(files.front(), contents.content));
    m_context.pass_limit(contents.content.size() - before);
    files = files.subspan(1);
  }
  StreamHash hash(m_context.roots.key);
  hash.update(contents.content);
  contents.hash = hash.digest();
  m_context.answer({std::move(contents), std::move(lease)});
  return files;
}

Result<bool>
SourceLane::read_listed(std::uint32_t base, const model::RelPath& path, std::uint64_t size, model::Time mtime,
                        Bytes& content)
{
  if (base >= m_folders.size() || path.is_root()) {
    return make_error(ErrorKind::protocol, "cannot read from a base that was not opened");
  }
  const auto renamed = m_context.roots.bases[base].renamed(path);
  const model::RelPath& real = renamed ? *renamed : path;
  TRY_ASSIGN(const fs::Dir folder, folder_of(base, real));
  return fs::read_as_listed(folder, real.name(), size, mtime, content);
}

// Adds it to `content`, where it is whole.
proto::FileContent
SourceLane::read_whole(const proto::SourceFile& file, Bytes& content)
{
  proto::FileContent result;
  result.id = file.id;
  const auto is_as_listed = file.size <= proto::max_chunk_bytes
                                ? read_listed(file.base, file.path, file.size, file.mtime, content)
                                : false;
  if (!is_as_listed) {
    result.outcome = outcome_of(is_as_listed.error());
    result.errno_value = is_as_listed.error().errno_value;
  } else if (*is_as_listed) {
    result.new_size = file.size;
    result.new_mtime = file.mtime;
  } else {
    const std::size_t before = content.size();
    read_as_it_is(file, result, content);
    content.resize(before + (result.outcome == proto::ReadOutcome::whole ? result.new_size : 0));
  }
  return result;
}

// Looked at before and after; where the scan's size or time do not hold any more,
// once more from the file as it is now. More may have been added than `result` says.
void
SourceLane::read_as_it_is(const proto::SourceFile& file, proto::FileContent& result, Bytes& content)
{
  const std::size_t at = content.size();
  auto source = open(file.base, file.path);
  if (!source) {
    result.outcome = outcome_of(source.error());
    result.errno_value = source.error().errno_value;
    return;
  }
  fs::Stat before = source->stat;
  for (int attempt = 0; attempt < 2; ++attempt) {
    result.new_size = before.size;
    result.new_mtime = before.mtime;
    if (before.size > proto::max_chunk_bytes) {
      result.outcome = proto::ReadOutcome::changed; // it grew out of this way of sending
      return;
    }
    // A file of /proc says size 0: what can be read is all there is.
    content.resize(at + (before.size == 0 ? max_sizeless_bytes : static_cast<std::size_t>(before.size) + 1));
    auto count = read_up_to(source->file.get(), ByteSpan(content).subspan(at), "file");
    auto after = fs::stat_fd(source->file.get(), "file");
    if (!count || !after) {
      result.outcome = proto::ReadOutcome::failed;
      result.errno_value = !count ? count.error().errno_value : after.error().errno_value;
      return;
    }
    const bool is_sizeless = before.size == 0 && *count < max_sizeless_bytes;
    if ((*count == before.size || is_sizeless) && is_unchanged(*after, before)) {
      result.new_size = *count;
      result.outcome = proto::ReadOutcome::whole;
      return;
    }
    before = *after;
  }
  result.outcome = proto::ReadOutcome::changed;
}

void
SourceLane::hash(const proto::Hash& request)
{
  proto::Hashes hashes;
  for (const proto::HashFile& wanted : request.files) {
    const auto source = open(wanted.file.base, wanted.file.path);
    hashes.files.push_back(source ? hash_content(wanted, source->file.get(), source->stat, m_context.roots.key,
                                                 m_context.stopped)
                                  : not_hashed(wanted, source.error()));
  }
  m_context.answer({std::move(hashes), {}});
}

void
SourceLane::remove(const proto::SourceFile& file)
{
  const auto attempt = [&]() -> Result<> {
    const model::RelPath real = m_context.roots.bases.at(file.base).real_path(file.path);
    TRY_ASSIGN(fs::Dir folder, folder_of(file.base, real));
    TRY_ASSIGN(const fs::Stat stat, folder.stat(real.name()));
    if (stat.is_folder() || !(stat.mtime == file.mtime) || (stat.is_regular() && stat.size != file.size)) {
      return make_error(ErrorKind::changed, "cannot remove source " + folder.label(real.name()) + ": it has changed");
    }
    return folder.unlink(real.name());
  };
  if (file.base >= m_folders.size() || file.path.is_root()) {
    m_context.answer({failure(file.id, make_error(ErrorKind::protocol, "cannot remove: no such base")), {}});
    return;
  }
  if (Result<> removed = attempt(); !removed) {
    m_context.answer({failure(file.id, removed.error()), {}});
    return;
  }
  m_context.answer({proto::Done{{file.id}}, {}});
}

} // namespace godwit::endpoint
