// Requests about moves: to which lane they go, and what that does.

#include <algorithm>

#include <fcntl.h>

#include "content_hash.hpp"
#include "local_state.hpp"

namespace godwit::endpoint {

// Batch by batch to one lane and the next, as hashing keeps each busy.
void
Local::State::handle(proto::Hash& request, Lease&)
{
  const bool has_root = std::any_of(request.files.begin(), request.files.end(),
                                    [](const proto::HashFile& wanted) { return wanted.file.path.is_root(); });
  if (request.files.empty() || has_root || (!is_source() && !is_dest())) {
    return refuse("hash");
  }
  hash_lane = (hash_lane + 1) % settings.lanes;
  if (is_source()) {
    on_source(hash_lane, [hash = std::move(request)](SourceLane& source) { source.hash(hash); });
  } else {
    on_dest(hash_lane, [hash = std::move(request)](DestLane& dest) { dest.hash(hash); });
  }
}

// Folders at once, as they are made. Files on the lane of where they come from: whatever else is done with
// that file goes there, too.
void
Local::State::handle(proto::Move& request, Lease&)
{
  if (!is_dest()) {
    return refuse("move");
  }
  if (request.entry.is_folder()) {
    folder_maker->move(request);
    return;
  }
  const std::size_t lane = lane_of(request.from);
  on_dest(lane, [move = std::move(request)](DestLane& dest) { dest.move(move); });
}

void
Local::State::handle(proto::Retain& request, Lease&)
{
  if (!is_dest()) {
    return refuse("retain");
  }
  const std::size_t lane = lane_of(request.from);
  on_dest(lane, [retain = std::move(request)](DestLane& dest) { dest.retain(retain); });
}

void
DestLane::hash(const proto::Hash& request)
{
  proto::Hashes hashes;
  for (const proto::HashFile& wanted : request.files) {
    auto folder = m_folders.open(wanted.file.path.parent());
    auto open = folder ? folder->open_and_stat(wanted.file.path.name(), O_RDONLY)
                       : Result<fs::OpenedFile>(folder.error());
    hashes.files.push_back(open ? hash_content(wanted, open->fd.get(), open->stat, m_context.roots.key,
                                               m_context.stopped)
                                : not_hashed(wanted, open.error()));
  }
  m_context.answer({std::move(hashes), {}});
}

} // namespace godwit::endpoint
