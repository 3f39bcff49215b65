#include "growth.hpp"

#include <algorithm>

namespace godwit::session {

namespace {

// On a shorter link a second stream costs more than it brings (measured: 10 ms).
constexpr auto least_round_trip = std::chrono::milliseconds(15);
constexpr double window_bytes = 2 << 20;
// One stream alone reached 0.88 of its window; one that fills a thin link stays far below.
constexpr double share_of_window = 0.6;
constexpr std::uint64_t least_bytes = 4U << 20U; // a run that moves less has ended before a login has
constexpr auto least_interval = std::chrono::milliseconds(200);

} // namespace

std::size_t
Growth::wanted(const Sample& sample)
{
  if (m_marked_at == Time{} || sample.connections != m_connections) { // what moved before tells nothing about now
    m_marked_at = sample.now;
    m_marked_bytes = sample.bytes;
    m_connections = sample.connections;
    return m_wanted;
  }
  if (!sample.round_trip || *sample.round_trip < least_round_trip) {
    return m_wanted;
  }
  const auto passed = sample.now - m_marked_at;
  if (passed < std::max<std::chrono::nanoseconds>(least_interval, 2 * *sample.round_trip)) {
    return m_wanted;
  }
  const double trips = std::chrono::duration<double>(passed) / std::chrono::duration<double>(*sample.round_trip);
  const double moved = static_cast<double>(sample.bytes - m_marked_bytes);
  const double possible = trips * window_bytes * static_cast<double>(sample.connections);
  m_marked_at = sample.now;
  m_marked_bytes = sample.bytes;
  const bool is_settled = sample.connections >= m_wanted; // what was wanted last has come
  if (is_settled && sample.bytes >= least_bytes && moved >= share_of_window * possible) {
    m_wanted = std::min(most, 2 * sample.connections + 1);
  }
  return m_wanted;
}

} // namespace godwit::session
