// Search, refinement and patching. Searches count their strong hashes, but not the hash of the whole file.
#include "content.hpp"
#include "rate.hpp"

#include <functional>

#include "delta/anchor_search.hpp"
#include "godwit/delta/patcher.hpp"
#include "support/delta_pair.hpp"

namespace godwit::bench {

namespace {

struct Pair {
  Bytes basis;
  Bytes fresh;
};

struct Counter : delta::OpSink {
  Result<>
  copy(std::uint64_t, std::uint64_t) override
  {
    return {};
  }
  Result<>
  literal(ByteView bytes) override
  {
    literal_bytes += bytes.size();
    return {};
  }
  Result<>
  hole(std::uint64_t) override
  {
    return {};
  }
  std::uint64_t literal_bytes = 0;
};

void
search(benchmark::State& state, const std::function<Pair()>& make, delta::Levels levels)
{
  const Pair pair = make();
  const delta::AnchorTable table(bench_key(), signature_of(pair.basis, levels));
  std::uint64_t literal_bytes = 0;
  for (auto _ : state) {
    Counter sink;
    delta::Window window(pair.fresh);
    delta::Output output(window, sink);
    if (!delta::AnchorSearch(table, window, output).run()) {
      state.SkipWithError("the search failed");
    }
    literal_bytes = sink.literal_bytes;
  }
  state.SetLabel(std::to_string(table.signature.shape.block_bytes) + " B blocks, literal " +
                 std::to_string(literal_bytes));
  set_rate(state, pair.fresh.size());
}

// All exchanges of both sides, one after the other.
void
refinement(benchmark::State& state, const std::function<Bytes(ByteView)>& change)
{
  const Bytes basis = random_content(large_bytes());
  const Bytes fresh = change(basis);
  testing::RoundTrip trip;
  for (auto _ : state) {
    trip = testing::round_trip(bench_key(), basis, fresh, {delta::Strength::sized, delta::Levels::several});
  }
  if (trip.error) {
    state.SkipWithError(trip.error->text.c_str());
  }
  state.counters["sums"] = static_cast<double>(trip.sum_bytes);
  state.counters["ops"] = static_cast<double>(trip.ops_bytes);
  state.counters["rounds"] = static_cast<double>(trip.rounds);
  set_rate(state, fresh.size());
}

struct Nowhere : Rebuild {
  Result<>
  literal(ByteView) override
  {
    return {};
  }
  Result<>
  copy(std::uint64_t, ByteView) override
  {
    return {};
  }
  Result<>
  hole(std::uint64_t) override
  {
    return {};
  }
};

// The arguments: bytes of a copy, and of the literal behind it.
void
patch(benchmark::State& state)
{
  const Bytes basis = random_content(large_bytes() / 4);
  const auto copied = static_cast<std::uint64_t>(state.range(0));
  const auto added = static_cast<std::uint64_t>(state.range(1));
  std::vector<Bytes> chunks;
  delta::OpWriter writer([&](Bytes chunk) {
    chunks.push_back(std::move(chunk));
    return Result<>();
  });
  Result<> written;
  for (std::uint64_t at = 0; written && at + copied + added <= basis.size(); at += copied + added) {
    written = copied == 0 ? Result<>() : writer.copy(at, copied);
    written = written ? writer.literal(ByteView(basis).subspan(at, added)) : written;
  }
  if (!written || !writer.finish()) {
    state.SkipWithError("the ops cannot be written");
  }
  MemoryReadAt file(basis);
  for (auto _ : state) {
    Nowhere rebuild;
    delta::Patcher patcher(&file, basis.size(), rebuild, bench_key());
    for (const Bytes& chunk : chunks) {
      if (!patcher.apply(chunk)) {
        state.SkipWithError("the ops cannot be applied");
      }
    }
  }
  set_rate(state, basis.size());
}
BENCHMARK(patch)->Args({1 << 20, 100})->Args({4096, 100})->Args({0, 65536})->Unit(benchmark::kMillisecond);

void
add_search(const std::string& name, const std::function<Pair()>& make)
{
  for (const auto levels : {delta::Levels::one, delta::Levels::several}) {
    const std::string full = "search/" + name + (levels == delta::Levels::one ? "/one level" : "/several levels");
    benchmark::RegisterBenchmark(full.c_str(), search, make, levels)->Unit(benchmark::kMillisecond);
  }
}

// One level of 64 MiB has blocks of 4 KiB.
void
add_searches()
{
  for (const std::size_t size : {std::min(large_bytes(), std::size_t{64} << 20), large_bytes()}) {
    const std::string where = "/" + std::to_string(size >> 20) + " MiB";
    add_search("equal" + where, [size] { return Pair{random_content(size), random_content(size)}; });
    add_search("shifted" + where, [size] { return Pair{random_content(size), shifted(random_content(size))}; });
    add_search("unrelated" + where, [size] { return Pair{random_content(size), random_content(size, 2)}; });
  }
  const std::size_t size = large_bytes() / 4;
  add_search("zeros", [size] { return Pair{Bytes(size, std::byte{0}), Bytes(size, std::byte{0})}; });
  add_search("period 100, shifted",
             [size] { return Pair{periodic(size, 100, 0, 0), shifted(periodic(size, 100, 0, 0))}; });
  add_search("period 5000, changes", [size] { return Pair{periodic(size, 5000, 300, 1), periodic(size, 5000, 300, 2)}; });
  add_search("period 64, changes", [size] { return Pair{periodic(size, 64, 3000, 1), periodic(size, 64, 3000, 2)}; });
  add_search("low entropy", [size] { return Pair{low_entropy(size, 1), low_entropy(size, 2)}; });
  add_search("candidates alike", [size] { return Pair{alike_blocks(size, 1), shifted(alike_blocks(size, 2))}; });
}

void
add_refinements()
{
  const std::size_t edits = large_bytes() >> 20;
  const auto add = [](const char* name, const std::function<Bytes(ByteView)>& change) {
    benchmark::RegisterBenchmark(name, refinement, change)->Unit(benchmark::kMillisecond);
  };
  add("refinement/pages", [edits](ByteView basis) { return with_pages(basis, edits); });
  add("refinement/insertions", [edits](ByteView basis) { return with_insertions(basis, edits); });
  add("refinement/unrelated", [](ByteView basis) { return random_content(basis.size(), 3); });
}

} // namespace

} // namespace godwit::bench

int
main(int count, char** arguments)
{
  godwit::bench::add_searches();
  godwit::bench::add_refinements();
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) {
    return 1;
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
