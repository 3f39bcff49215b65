#include "local_write.hpp"

#include "godwit/base/escape.hpp"

namespace godwit::endpoint {

namespace {

fs::Placing
placing_for(const model::Entry& entry, bool replaces)
{
  return replaces || entry.size > fs::max_linked_bytes ? fs::Placing::rename : fs::Placing::link;
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

Result<fs::StagedFile>
DestLane::stage(const model::Entry& entry, bool replaces)
{
  TRY_ASSIGN(fs::Dir folder, changing_parent(entry.path));
  return fs::StagedFile::create(folder, entry.path.name(), m_context.roots.metadata_for(entry),
                                placing_for(entry, replaces));
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

} // namespace godwit::endpoint
