// The parts of the delta engine by themselves: filter, rolling sum, strong hash, signature.
#include "content.hpp"
#include "rate.hpp"

#include <array>

#include "delta/anchor.hpp"
#include "delta/rolling.hpp"
#include "delta/strong.hpp"

namespace godwit::bench {

namespace {

const Bytes&
content()
{
  static const Bytes bytes = random_content(large_bytes());
  return bytes;
}

// The argument: how many bits make a candidate rare.
void
filter(benchmark::State& state)
{
  const delta::AnchorFilter filter(bench_key(), static_cast<unsigned>(state.range(0)));
  std::array<std::uint32_t, 4096> positions;
  constexpr std::size_t piece = 65536;
  for (auto _ : state) {
    std::size_t found = 0;
    for (std::size_t at = 0; at + piece + delta::AnchorFilter::reach <= content().size(); at += piece) {
      found += filter.scan(content().data() + at, piece, positions);
    }
    benchmark::DoNotOptimize(found);
  }
  set_rate(state, content().size());
}
BENCHMARK(filter)->Arg(8)->Arg(9)->Arg(11)->Arg(14)->Unit(benchmark::kMillisecond);

void
rolling(benchmark::State& state)
{
  const std::size_t window = 512;
  const delta::Rolling rolling(bench_key(), window);
  const ByteView bytes = ByteView(content()).first(std::size_t{16} << 20);
  for (auto _ : state) {
    std::uint64_t sum = rolling.sum(bytes.data());
    for (std::size_t at = 0; at + window < bytes.size(); ++at) {
      sum = rolling.roll(sum, bytes.data() + at);
    }
    benchmark::DoNotOptimize(sum);
  }
  set_rate(state, bytes.size());
}
BENCHMARK(rolling)->Unit(benchmark::kMillisecond);

// The argument: bytes of a block.
void
strong(benchmark::State& state)
{
  const auto block = static_cast<std::size_t>(state.range(0));
  const delta::Strong strong(bench_key(), delta::shape_for(content().size(), {}));
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (std::size_t at = 0; at + block <= content().size(); at += block) {
      sum ^= strong(ByteView(content()).subspan(at, block));
    }
    benchmark::DoNotOptimize(sum);
  }
  set_rate(state, content().size());
}
BENCHMARK(strong)->Arg(512)->Arg(4096)->Arg(32768)->Arg(131072)->Unit(benchmark::kMillisecond);

// The arguments: MiB of the basis, and whether levels follow.
void
signature(benchmark::State& state)
{
  const auto wanted = static_cast<std::size_t>(state.range(0)) << 20;
  const ByteView basis = ByteView(content()).first(std::min(wanted, content().size()));
  const auto levels = static_cast<delta::Levels>(state.range(1));
  for (auto _ : state) {
    benchmark::DoNotOptimize(signature_of(basis, levels).blocks.data());
  }
  state.SetLabel(std::to_string(delta::shape_for(basis.size(), {delta::Strength::sized, levels}).block_bytes) + " B");
  set_rate(state, basis.size());
}
BENCHMARK(signature)->ArgsProduct({{1, 64, 1024}, {0, 1}})->Unit(benchmark::kMillisecond);

} // namespace

} // namespace godwit::bench
