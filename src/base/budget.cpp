#include "godwit/base/budget.hpp"

namespace godwit {

struct Budget::State {
  std::mutex mutex;
  std::condition_variable room;
  std::size_t units;
  std::size_t taken = 0;
  bool closed = false;
};

Budget::Budget(std::size_t units) : m_state(std::make_shared<State>())
{
  m_state->units = units;
}

Budget::~Budget() { close(); }

Lease
Budget::take(std::size_t units)
{
  std::unique_lock lock(m_state->mutex);
  m_state->room.wait(lock, [&] {
    return m_state->closed || m_state->taken == 0 || m_state->taken + units <= m_state->units;
  });
  m_state->taken += units;
  return Lease(m_state, units);
}

std::optional<Lease>
Budget::try_take(std::size_t units)
{
  const std::scoped_lock lock(m_state->mutex);
  if (m_state->taken > m_state->units || units > m_state->units - m_state->taken) {
    return std::nullopt;
  }
  m_state->taken += units;
  return Lease(m_state, units);
}

void
Budget::close()
{
  std::scoped_lock lock(m_state->mutex);
  m_state->closed = true;
  m_state->room.notify_all();
}

void
Lease::release()
{
  if (!m_state) {
    return;
  }
  {
    std::scoped_lock lock(m_state->mutex);
    m_state->taken -= m_units;
    m_state->room.notify_all();
  }
  m_state.reset();
  m_units = 0;
}

} // namespace godwit
