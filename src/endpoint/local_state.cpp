#include "local_state.hpp"

#include <algorithm>

#include "godwit/fs/leftover.hpp"

namespace godwit::endpoint {

namespace {

constexpr std::size_t max_open_transfers = 4096;      // no controller of ours has more under way
constexpr std::size_t max_sums_bytes = 256U << 20U;   // of one file's sums

// Folders that the run covers come out as they were; the root is one only where it is listed.
fs::FolderTimes::PutBack
put_back_for(const proto::Open& request, const model::Scope& scope)
{
  using PutBack = fs::FolderTimes::PutBack;
  if (!request.folder_times) {
    return PutBack::none;
  }
  const bool lists_root = !scope.empty() && scope.front().path.is_root() && scope.front().is_listed;
  return lists_root ? PutBack::all : PutBack::below_root;
}

bool
is_name_or_none(const std::string& name)
{
  return name.empty() || model::RelPath::is_valid_name(name);
}

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
}

void
Local::State::start()
{
  context = std::make_unique<LaneContext>(roots, answer, settings.payload_bytes, settings.bytes_per_second);
  const bool has_dest = !is_source() && !roots.bases.empty();
  for (std::size_t lane = 0; lane <= settings.lanes; ++lane) {
    if (is_source()) {
      source_lanes.emplace_back(*context);
    } else if (has_dest) {
      dest_lanes.push_back(std::make_unique<DestLane>(*context, times));
    }
  }
  if (has_dest) {
    folder_maker = std::make_unique<DestLane>(*context, times);
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
  return std::hash<std::string>()(path.parent().str()) % settings.lanes;
}

void
Local::State::refuse(const char* what)
{
  answer({proto::Fatal{ErrorKind::protocol, 0, std::string("cannot accept request: ") + what, 2}, {}});
}

void
Local::State::handle(proto::Scan& request, Lease&)
{
  const auto is_unknown = [&](std::uint32_t base) { return base >= roots.bases.size(); };
  if (request.recipe.number > plan::Recipe::number) {
    return refuse("scan by an unknown recipe");
  }
  if (is_listing) {
    return refuse("scan before the last one was listed whole");
  }
  if (!is_name_or_none(request.listed_name) || !is_name_or_none(request.real_name)) {
    return refuse("scan of a name that is none");
  }
  for (const model::ScopeItem& item : request.scope) {
    if (std::any_of(item.bases.begin(), item.bases.end(), is_unknown)) {
      return refuse("scan of a base that was not opened");
    }
  }
  if (!is_source()) {
    times.put_back(put_back_for(roots.request, request.scope));
  }
  if (!request.listed_name.empty() && is_source()) {
    for (fs::Base& base : roots.bases) {
      base.listed_name = request.listed_name;
      base.real_name = request.real_name;
    }
  }
  if (scanner.joinable()) {
    scanner.join(); // it has listed all
  }
  is_listing = true;
  scanner = std::jthread([this, moved = std::move(request)]() mutable {
    LocalScan({roots, *names, answer, entries, pages, context->stopped, leftovers}, std::move(moved)).run();
    is_listing = false;
    answer({proto::ListEnd{}, {}});
  });
}

void
Local::State::handle(proto::PageWanted& request, Lease&)
{
  std::vector<model::Entry> listed;
  if (!pages.take(request.page, listed)) {
    return refuse("page that is not open");
  }
  std::size_t at = 0;
  do {
    proto::PageListed part{request.page, true, {}};
    for (std::size_t bytes = 0; at < listed.size() && bytes < proto::max_chunk_bytes; ++at) {
      bytes += listed[at].path.str().size() + listed[at].target.size() + 64;
      part.entries.push_back(std::move(listed[at]));
    }
    part.is_last_part = at == listed.size();
    answer({std::move(part), {}});
  } while (at < listed.size());
}

void
Local::State::handle(proto::PagesSettled& request, Lease&)
{
  pages.settle(request.end);
}

// As rsync maps: by name where the name is known here, else the number stays;
// 0 is 0 everywhere.
void
Local::State::handle(proto::MapOwners& request, Lease&)
{
  if (is_source()) {
    return refuse("owners to be mapped at the source");
  }
  const std::vector<std::uint32_t> groups = fs::process_groups();
  const bool by_name = !roots.request.numeric_ids;
  proto::OwnersMapped mapped;
  for (const proto::OwnerName& user : request.users) {
    std::uint32_t id = user.id;
    if (by_name && user.id != 0 && !user.name.empty()) {
      id = names->uid_of(user.name).value_or(id);
    }
    mapped.users.push_back({user.id, roots.is_super ? id : model::keep_id});
  }
  for (const proto::OwnerName& group : request.groups) {
    std::uint32_t id = group.id;
    if (by_name && group.id != 0 && !group.name.empty()) {
      id = names->gid_of(group.name).value_or(id);
    }
    const bool may_set = roots.is_super || std::binary_search(groups.begin(), groups.end(), id);
    mapped.groups.push_back({group.id, may_set ? id : model::keep_id});
  }
  answer({std::move(mapped), {}});
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
    waiting_matches[id] = {std::move(request), {}};
    return;
  }
  on_source(id % settings.lanes, [request = std::move(request)](SourceLane& source) { source.match(request, {}); });
}

// Those of a Match that waits for them, or finer ones that its lane asked for.
void
Local::State::handle(proto::Sums& request, Lease&)
{
  auto found = waiting_matches.find(request.id);
  if (found == waiting_matches.end()) {
    const std::scoped_lock lock(context->refining_mutex);
    if (context->refining.erase(request.id) == 0) {
      return refuse("sums");
    }
    found = waiting_matches.emplace(request.id, WaitingMatch{}).first;
  }
  if (found->second.sums.size() > max_sums_bytes) {
    return refuse("more sums than any file has");
  }
  append(found->second.sums, request.part);
  if (!request.is_last) {
    return;
  }
  WaitingMatch ready = std::move(found->second);
  waiting_matches.erase(found);
  on_source(request.id % settings.lanes, [id = request.id, ready = std::move(ready)](SourceLane& source) {
    if (ready.request) {
      source.match(*ready.request, ready.sums);
    } else {
      source.refine(id, ready.sums);
    }
  });
}

void
Local::State::handle(proto::RemoveSource& request, Lease&)
{
  if (!is_source() || !roots.request.removes_source) {
    return refuse("removal of a source file");
  }
  on_source(lane_of(request.file.path),
            [file = std::move(request.file)](SourceLane& source) { source.remove(file); });
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
  on_dest(lane, [request = std::move(request)](DestLane& dest) mutable { dest.apply(std::move(request)); });
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
  for (const proto::PutFile& file : request.files) {
    if (lane_of(file.entry.path) != lane) {
      return refuse("put of several folders");
    }
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
  on_dest(lane_of(request.entry.path), [make = std::move(request)](DestLane& dest) { dest.make(make); });
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
  on_dest(lane_of(request.entry.path), [set = std::move(request)](DestLane& dest) { dest.set_metadata(set); });
}

void
Local::State::handle(proto::Remove& request, Lease&)
{
  if (!is_dest()) {
    return refuse("removal");
  }
  on_dest(removal_lane(), [remove = std::move(request)](DestLane& dest) { dest.remove(remove); });
}

// What killed runs left goes, unless its writer still holds it.
void
Local::State::sweep_leftovers()
{
  if (scanner.joinable()) {
    scanner.join();
  }
  for (const model::RelPath& path : leftovers) {
    auto folder = roots.dest().open_folder(path.parent());
    if (folder && times.note(path.parent(), *folder)) {
      (void)!fs::remove_leftover(*folder, path.name());
    }
  }
  leftovers.clear();
}

void
Local::State::handle(proto::Finish&, Lease&)
{
  if (workers) {
    workers->drain();
  }
  proto::Finished finished;
  if (is_dest()) {
    sweep_leftovers();
    times.finish(roots.dest(), [&](const model::RelPath&, const Error& error) {
      if (finished.errors.size() < 1000) {
        finished.errors.push_back(error.text);
      }
    });
  }
  answer({std::move(finished), {}});
}

} // namespace godwit::endpoint
