#pragma once

#include <cstddef>
#include <functional>
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

  explicit Workers(std::size_t lanes);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  std::size_t lanes() const { return m_lanes.size(); }
  // Never blocks. Any thread.
  void post(std::size_t lane, Job job);
  // Returns when all that was posted before has run. Not from a lane.
  void drain();

private:
  std::vector<std::unique_ptr<Channel<Job>>> m_lanes;
  std::vector<std::jthread> m_threads;
};

} // namespace godwit
