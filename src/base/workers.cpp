#include "godwit/base/workers.hpp"

#include <latch>

namespace godwit {

Workers::Workers(std::size_t lanes)
{
  for (std::size_t i = 0; i < lanes; ++i) {
    m_lanes.push_back(std::make_unique<Channel<Job>>());
    m_threads.emplace_back([lane = m_lanes.back().get()] {
      while (auto job = lane->pop()) {
        (*job)();
      }
    });
  }
}

Workers::~Workers()
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
Workers::drain()
{
  std::latch left(static_cast<std::ptrdiff_t>(m_lanes.size()));
  for (auto& lane : m_lanes) {
    lane->push([&left] { left.count_down(); });
  }
  left.wait();
}

} // namespace godwit
