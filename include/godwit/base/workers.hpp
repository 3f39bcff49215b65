#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <thread>
#include <vector>

#include "godwit/base/channel.hpp"

namespace godwit {

// Lanes of work, a thread each: what is posted to one lane runs in order, lanes
// run side by side. Whatever is posted must end by itself; it may wait for the
// disk or for a Budget, never for another lane. The destructor runs what is left.
class Workers
{
public:
  using Job = std::move_only_function<void()>;
  // What a lane puts off until nothing has come for `after`; asked on the lane's own
  // thread, when its last job has run.
  struct Idle {
    std::chrono::milliseconds after;
    std::function<bool(std::size_t lane)> is_wanted;
    std::function<void(std::size_t lane)> run;
  };

  // `capacity`: of jobs that wait in one lane.
  explicit Workers(std::size_t lanes, Idle idle = {}, std::size_t capacity = std::numeric_limits<std::size_t>::max());
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  std::size_t lanes() const { return m_lanes.size(); }
  // Blocks while the lane is full. Any thread but a lane's.
  void post(std::size_t lane, Job job);
  // From a job to its own lane, behind what waits there. Never blocks; dropped once the workers end.
  void post_again(std::size_t lane, Job job);
  // Returns when all that was posted before has run. Not from a lane.
  void drain();

private:
  void work(std::size_t number, Channel<Job>& lane);
  void close();

  Idle m_idle;
  std::vector<std::unique_ptr<Channel<Job>>> m_lanes;
  std::vector<std::jthread> m_threads;
};

} // namespace godwit
