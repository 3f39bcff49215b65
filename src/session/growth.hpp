#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace godwit::session {

// How many connections a run should have that may choose for itself. One stream of
// ssh moves at most its window of 2 MiB a round trip: where that is long and the
// streams are close to it, more of them are. Pure; the time is given.
class Growth
{
public:
  using Time = std::chrono::steady_clock::time_point;
  using Microseconds = std::chrono::microseconds;
  static constexpr std::size_t most = 8;

  // What is known now: bytes moved since the start, both ways, over so many connections.
  struct Sample {
    Time now;
    std::optional<Microseconds> round_trip;
    std::uint64_t bytes = 0;
    std::size_t connections = 1;
  };
  // How many it should be.
  std::size_t wanted(const Sample& sample);

private:
  std::size_t m_wanted = 1;
  std::size_t m_connections = 1; // since the mark
  Time m_marked_at{};
  std::uint64_t m_marked_bytes = 0;
};

} // namespace godwit::session
