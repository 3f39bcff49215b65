#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

#include "godwit/base/workers.hpp"
#include "godwit/endpoint/local.hpp"
#include "local_scan.hpp"
#include "local_write.hpp"

namespace godwit::endpoint {

// What is behind Local: takes each request on the sender's thread and posts it
// to the lane it belongs to.
struct Local::State {
  State(std::unique_ptr<fs::NameService> name_service, Answers answers, const LocalSettings& local_settings);
  ~State();

  void start();
  void stop();

  // One for each request; a message that is none ends the run.
  void handle(proto::Scan& request, Lease& lease);
  void handle(proto::DifferencesWanted& request, Lease& lease);
  void handle(proto::RunsWanted& request, Lease& lease);
  void handle(proto::PageWanted& request, Lease& lease);
  void handle(proto::PagesSettled& request, Lease& lease);
  void handle(proto::MapOwners& request, Lease& lease);
  void handle(proto::Read& request, Lease& lease);
  void handle(proto::Match& request, Lease& lease);
  void handle(proto::Sums& request, Lease& lease);
  void handle(proto::RemoveSource& request, Lease& lease);
  void handle(proto::Signature& request, Lease& lease);
  void handle(proto::Gaps& request, Lease& lease);
  void handle(proto::Apply& request, Lease& lease);
  void handle(proto::Ops& request, Lease& lease);
  void handle(proto::OpsEnd& request, Lease& lease);
  void handle(proto::Put& request, Lease& lease);
  void handle(proto::Make& request, Lease& lease);
  void handle(proto::FolderSent& request, Lease& lease);
  void handle(proto::SetMetadata& request, Lease& lease);
  void handle(proto::Remove& request, Lease& lease);
  void handle(proto::Hash& request, Lease& lease);
  void handle(proto::Move& request, Lease& lease);
  void handle(proto::Retain& request, Lease& lease);
  void handle(proto::Finish& request, Lease& lease);
  template <class Other> void handle(Other&, Lease&) { refuse("not a request"); }

  bool is_source() const { return roots.request.role == proto::Role::source; }
  bool is_dest() const { return !is_source() && !dest_lanes.empty(); }
  // Whatever belongs to one folder goes to one lane; removals have the last one to themselves.
  std::size_t lane_of(const model::RelPath& path) const;
  std::size_t lane_in(const model::RelPath& folder) const;
  std::size_t removal_lane() const { return settings.lanes; }
  void refuse(const char* what);
  // Called on the scan's thread.
  std::function<bool(const model::RelPath&)> adopter();
  void sweep_leftovers();
  Workers& lanes_at_work();
  void settle_all();
  void begin_transfer(std::uint64_t id, std::size_t lane);

  // `work` gets the lane's SourceLane or DestLane; it is dropped once the run is stopped.
  template <class Work> void on_source(std::size_t lane, Work work)
  {
    workers->post(lane, [this, lane, work = std::move(work)]() mutable {
      if (!context->stopped) {
        work(source_lanes[lane]);
      }
    });
  }
  template <class Work> void on_dest(std::size_t lane, Work work)
  {
    workers->post(lane, [this, lane, work = std::move(work)]() mutable {
      if (!context->stopped) {
        work(*dest_lanes[lane]);
      }
    });
  }

  LocalSettings settings;
  std::unique_ptr<fs::NameService> names;
  Answers answer;
  Budget entries;
  PageStore pages;
  std::optional<plan::Recipe> recipe; // of the pages
  Roots roots;
  proto::Opened opened;
  SharedFolderTimes times;
  StagedFolders staged;
  std::unique_ptr<LaneContext> context;
  std::vector<SourceLane> source_lanes;
  std::vector<std::unique_ptr<DestLane>> dest_lanes;
  std::unique_ptr<DestLane> folder_maker;              // used by send() itself
  std::vector<SourceLane> copy_lanes;                  // of another Local's trees, one a lane
  std::map<std::uint64_t, std::size_t> transfer_lanes; // dest: ids that Ops may come for
  // For the rest of its sums.
  struct WaitingMatch {
    std::optional<proto::Match> match; // until its lane has got it
    bool is_fine = false;              // finer sums of one that is under way
    std::size_t bytes = 0;             // that came
    Bytes sums;                        // of finer ones, which are handed on together
  };
  void hand_on(WaitingMatch& waiting, proto::Sums& sums);
  std::map<std::uint64_t, WaitingMatch> waiting_matches;
  std::size_t hash_lane = 0; // of the next batch
  std::unique_ptr<Workers> workers;
  std::vector<model::RelPath> leftovers; // the scanner's until it ends
  std::atomic<bool> is_listing = false;  // the scanner is at work
  std::jthread scanner;
};

} // namespace godwit::endpoint
