#include "godwit/base/workers.hpp"

#include <latch>
#include <optional>
#include <system_error>

namespace godwit {

Workers::Workers(std::size_t lanes, Idle idle, std::size_t capacity) : m_idle(std::move(idle))
{
  try {
    for (std::size_t i = 0; i < lanes; ++i) {
      m_lanes.push_back(std::make_unique<Channel<Job>>(capacity));
      m_threads.emplace_back([this, i, lane = m_lanes.back().get()] { work(i, *lane); });
    }
  } catch (const std::system_error&) { // no more threads: those that run are to end
    close();
    throw;
  }
}

void
Workers::work(std::size_t number, Channel<Job>& lane)
{
  while (true) {
    std::optional<Job> job = lane.try_pop();
    if (!job && m_idle.is_wanted && m_idle.is_wanted(number)) {
      job = lane.pop_until(std::chrono::steady_clock::now() + m_idle.after);
      if (!job) {
        m_idle.run(number);
      }
    }
    if (!job) {
      job = lane.pop();
    }
    if (!job) {
      return;
    }
    (*job)();
  }
}

Workers::~Workers()
{
  close();
}

void
Workers::close()
{
  for (auto& lane : m_lanes) {
    lane->close();
  }
}

void
Workers::post(std::size_t lane, Job job)
{
  m_lanes[lane]->push(std::move(job));
}

void
Workers::post_again(std::size_t lane, Job job)
{
  m_lanes[lane]->push_at_once(std::move(job));
}

void
Workers::drain()
{
  std::latch left(static_cast<std::ptrdiff_t>(m_lanes.size()));
  for (auto& lane : m_lanes) {
    lane->push([&left] { left.count_down(); });
  }
  left.wait();
}

} // namespace godwit
