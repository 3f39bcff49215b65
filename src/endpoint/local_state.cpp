#include "local_state.hpp"

#include <algorithm>

namespace godwit::endpoint {

namespace {

constexpr std::size_t max_open_transfers = 4096;      // no controller of ours has more under way
constexpr std::size_t max_sums_bytes = 33U << 20U;    // 2^21 blocks of 15 bytes: of a basis of 16 TiB

} // namespace

Local::State::State(std::unique_ptr<fs::NameService> name_service, Answers answers,
                    const LocalSettings& local_settings)
    : settings(local_settings), names(std::move(name_service)), answer(std::move(answers)),
      entries(settings.listed_entries), pages(proto::page_credit)
{
}

// The lanes end before what they work on.
Local::State::~State()
{
  stop();
  if (scanner.joinable()) {
    scanner.join();
  }
  workers.reset();
  staged.publish_all();
}

void
Local::State::start()
{
  context = std::make_unique<LaneContext>(roots, answer, settings.payload_bytes, settings.bytes_per_second);
  context->go_on = [this](std::uint64_t id) {
    const std::size_t lane = id % settings.lanes;
    workers->post_again(lane, [this, lane, id] {
      if (!context->stopped) {
        source_lanes[lane].go_on(id);
      }
    });
  };
  const bool has_dest = !is_source() && !roots.bases.empty();
  for (std::size_t lane = 0; lane <= settings.lanes; ++lane) {
    if (is_source()) {
      source_lanes.emplace_back(*context);
    } else if (has_dest) {
      dest_lanes.push_back(std::make_unique<DestLane>(*context, times, staged));
    }
  }
  if (has_dest) {
    folder_maker = std::make_unique<DestLane>(*context, times, staged);
  }
}

void
Local::State::stop()
{
  if (context) {
    context->stopped = true;
    context->payload.close();
  }
  entries.close();
  pages.close();
}

std::size_t
Local::State::lane_of(const model::RelPath& path) const
{
  return lane_in(path.parent());
}

std::size_t
Local::State::lane_in(const model::RelPath& folder) const
{
  return std::hash<std::string_view>()(folder.view()) % settings.lanes;
}

void
Local::State::refuse(const char* what)
{
  answer({proto::Fatal{ErrorKind::protocol, 0, std::string("cannot accept request: ") + what, 2}, {}});
}

void
Local::State::handle(proto::Read& request, Lease&)
{
  if (!is_source() || request.files.empty()) {
    return refuse("read");
  }
  const std::size_t lane = lane_of(request.files.front().path);
  on_source(lane, [request = std::move(request)](SourceLane& source) { source.read(request); });
}

void
Local::State::handle(proto::Match& request, Lease&)
{
  if (!is_source() || waiting_matches.size() >= max_open_transfers) {
    return refuse("match");
  }
  const std::uint64_t id = request.file.id;
  if (request.has_sums) {
    waiting_matches.insert_or_assign(id, WaitingMatch{std::move(request), false, 0, {}});
    return;
  }
  on_source(id % settings.lanes,
            [request = std::move(request)](SourceLane& source) { source.match(request, {}, true); });
}

// Those of a Match, handed on as they come, or finer ones that its lane asked for.
void
Local::State::handle(proto::Sums& request, Lease&)
{
  auto found = waiting_matches.find(request.id);
  if (found == waiting_matches.end()) {
    const std::scoped_lock lock(context->refining_mutex);
    const auto asked = context->refining.find(request.id);
    if (asked == context->refining.end()) {
      return refuse("sums");
    }
    context->refining.erase(asked);
    found = waiting_matches.emplace(request.id, WaitingMatch{{}, true, 0, {}}).first;
  }
  WaitingMatch& waiting = found->second;
  const bool is_last = request.is_last;
  waiting.bytes += request.part.size();
  if (waiting.bytes > max_sums_bytes) {
    return refuse("more sums than any file has");
  }
  if (waiting.is_fine) {
    append(waiting.sums, request.part);
    if (is_last) {
      on_source(request.id % settings.lanes, [id = request.id, sums = std::move(waiting.sums)](SourceLane& source) {
        source.refine(id, sums);
      });
    }
  } else {
    hand_on(waiting, request);
  }
  if (is_last) {
    waiting_matches.erase(found);
  }
}

void
Local::State::hand_on(WaitingMatch& waiting, proto::Sums& sums)
{
  on_source(sums.id % settings.lanes,
            [match = std::exchange(waiting.match, {}), sums = std::move(sums)](SourceLane& source) {
              if (match) {
                source.match(*match, sums.part, sums.is_last);
              } else {
                source.add_sums(sums.id, sums.part, sums.is_last);
              }
            });
}

void
Local::State::handle(proto::RemoveSource& request, Lease&)
{
  if (!is_source() || !roots.request.removes_source) {
    return refuse("removal of a source file");
  }
  // In order: of a file under two names the second finds it gone.
  on_source(removal_lane(), [file = std::move(request.file)](SourceLane& source) { source.remove(file); });
}

void
Local::State::begin_transfer(std::uint64_t id, std::size_t lane)
{
  transfer_lanes.insert_or_assign(id, lane);
}

void
Local::State::handle(proto::Signature& request, Lease&)
{
  if (!is_dest() || transfer_lanes.size() >= max_open_transfers) {
    return refuse("signature");
  }
  const std::size_t lane = lane_of(request.path);
  begin_transfer(request.id, lane);
  on_dest(lane, [request = std::move(request)](DestLane& dest) { dest.signature(request); });
}

void
Local::State::handle(proto::Gaps& request, Lease&)
{
  const auto found = transfer_lanes.find(request.id);
  if (found == transfer_lanes.end()) {
    return refuse("gaps of a file whose signature was not asked for");
  }
  on_dest(found->second, [gaps = std::move(request)](DestLane& dest) { dest.gaps(gaps); });
}

void
Local::State::handle(proto::Apply& request, Lease&)
{
  if (!is_dest() || transfer_lanes.size() >= max_open_transfers) {
    return refuse("apply");
  }
  const std::size_t lane = lane_of(request.entry.path);
  begin_transfer(request.id, lane);
  on_dest(lane, [request = std::move(request)](DestLane& dest) { dest.apply(request); });
}

void
Local::State::handle(proto::Ops& request, Lease& lease)
{
  const auto found = transfer_lanes.find(request.id);
  if (found == transfer_lanes.end()) {
    return refuse("ops that nothing was begun for");
  }
  on_dest(found->second,
          [ops = std::move(request), paid = std::move(lease)](DestLane& dest) { dest.ops(ops); });
}

void
Local::State::handle(proto::OpsEnd& request, Lease&)
{
  const auto found = transfer_lanes.find(request.id);
  if (found == transfer_lanes.end()) {
    return refuse("end of ops that nothing was begun for");
  }
  on_dest(found->second, [end = std::move(request)](DestLane& dest) { dest.ops_end(end); });
  transfer_lanes.erase(found);
}

void
Local::State::handle(proto::Put& request, Lease& lease)
{
  if (!is_dest() || request.files.empty()) {
    return refuse("put");
  }
  const std::size_t lane = lane_of(request.files.front().entry.path);
  const std::string_view folder = request.files.front().entry.path.parent_view();
  std::uint64_t bytes = 0; // cannot overflow: a message holds few files, and each is compared
  for (const proto::PutFile& file : request.files) {
    if (file.entry.path.parent_view() != folder) {
      return refuse("put of several folders");
    }
    if (file.entry.size > request.content.size()) {
      return refuse("put of files without their content");
    }
    bytes += file.entry.size;
  }
  if (bytes != request.content.size()) {
    return refuse("put of files with other content");
  }
  on_dest(lane, [put = std::move(request), paid = std::move(lease)](DestLane& dest) { dest.put(put); });
}

// Folders at once, on the sender's thread: whatever is asked for in them later finds them.
void
Local::State::handle(proto::Make& request, Lease&)
{
  if (!is_dest()) {
    return refuse("make");
  }
  if (request.entry.is_folder()) {
    folder_maker->make(request);
    return;
  }
  const std::size_t lane = lane_of(request.entry.path);
  on_dest(lane, [make = std::move(request)](DestLane& dest) { dest.make(make); });
}

// On the lane of its files: after them.
void
Local::State::handle(proto::FolderSent& request, Lease&)
{
  if (!is_dest() || request.path.is_root()) {
    return refuse("end of a folder");
  }
  const std::size_t lane = lane_in(request.path);
  on_dest(lane, [sent = std::move(request)](DestLane& dest) { dest.folder_sent(sent); });
}

void
Local::State::handle(proto::SetMetadata& request, Lease&)
{
  if (!is_dest()) {
    return refuse("metadata");
  }
  if (request.entry.is_folder()) {
    folder_maker->set_metadata(request);
    return;
  }
  const std::size_t lane = lane_of(request.entry.path);
  on_dest(lane, [set = std::move(request)](DestLane& dest) { dest.set_metadata(set); });
}

void
Local::State::handle(proto::Remove& request, Lease&)
{
  if (!is_dest()) {
    return refuse("removal");
  }
  on_dest(removal_lane(), [remove = std::move(request)](DestLane& dest) { dest.remove(remove); });
}

} // namespace godwit::endpoint
