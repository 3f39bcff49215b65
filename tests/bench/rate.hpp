#pragma once

#include <string>

#include <benchmark/benchmark.h>

namespace godwit::bench {

// Shown as GB/s of the thread's CPU time, GB = 10^9 bytes: what else runs on the machine counts little.
inline void
set_rate(benchmark::State& state, std::size_t bytes)
{
  state.counters["GB"] =
      benchmark::Counter(static_cast<double>(bytes) / 1e9, benchmark::Counter::kIsIterationInvariantRate);
}

} // namespace godwit::bench
