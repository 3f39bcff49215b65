// How a Local's lanes begin, rest and end, and what earlier runs left staged.

#include "godwit/fs/leftover.hpp"
#include "local_state.hpp"

namespace godwit::endpoint {

namespace {

constexpr auto settle_after = std::chrono::milliseconds(5); // without a request, finished files are put in place

} // namespace

// Started by the first request.
Workers&
Local::State::lanes_at_work()
{
  if (!workers) {
    Workers::Idle idle{settle_after,
                       [this](std::size_t lane) {
                         return lane < dest_lanes.size() && dest_lanes[lane]->has_unsettled();
                       },
                       [this](std::size_t lane) { dest_lanes[lane]->settle(); }};
    workers = std::make_unique<Workers>(settings.lanes + 1, std::move(idle), settings.lane_requests);
  }
  return *workers;
}

// All that was asked for before has been done and is in place.
void
Local::State::settle_all()
{
  for (std::size_t lane = 0; lane < dest_lanes.size(); ++lane) {
    on_dest(lane, [](DestLane& dest) { dest.settle(); });
  }
  workers->drain();
}

std::function<bool(const model::RelPath&)>
Local::State::adopter()
{
  if (!is_dest() || !roots.request.adopts_leftovers || roots.request.dry_run) {
    return {};
  }
  return [this](const model::RelPath& path) {
    const auto folder = roots.dest().open_folder(path.parent());
    return folder && times.note(path.parent(), *folder) && fs::adopt_leftover(*folder, path.name());
  };
}

// What killed runs left goes, unless its writer still holds it.
void
Local::State::sweep_leftovers()
{
  if (scanner.joinable()) {
    scanner.join();
  }
  for (const std::unique_ptr<DestLane>& lane : dest_lanes) {
    lane->drop_retained();
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
    settle_all();
  }
  proto::Finished finished;
  if (is_dest()) {
    staged.publish_all(); // none, unless the controller forgot one
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
