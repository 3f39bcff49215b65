// Speed and wire bytes of the delta engine on made data in memory, one thread.
//
//   delta_bench [MIB]     size of the basis, 1024 unless given
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <time.h>

#include "delta/anchor_search.hpp"
#include "godwit/delta/matcher.hpp"
#include "support/delta_pair.hpp"
#include "support/random_bytes.hpp"

using namespace godwit;
using namespace godwit::testing;

namespace {

const HashKey key{HashKey::Seed{std::byte{1}}};

// CPU seconds of this thread: other load on the machine counts less than in wall time.
template <class Work>
double
seconds(Work work)
{
  const auto now = [] {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  };
  const double start = now();
  work();
  return now() - start;
}

// The search alone: without reading, and without the hash of the whole file.
double
search_seconds(const delta::AnchorTable& table, ByteView fresh, delta::OpSink& sink)
{
  double best = 1e9;
  for (int run = 0; run < 3; ++run) {
    best = std::min(best, seconds([&] {
                      delta::Window window(fresh);
                      delta::Output output(window, sink);
                      static_cast<void>(delta::AnchorSearch(table, window, output).run());
                    }));
  }
  return best;
}

struct Sink : delta::OpSink {
  Result<>
  copy(std::uint64_t, std::uint64_t) override
  {
    ++copies;
    return {};
  }
  Result<>
  literal(ByteView) override
  {
    return {};
  }
  std::size_t copies = 0;
};

delta::Signature
signature_of(ByteView basis, delta::Levels levels)
{
  delta::SignatureBuilder builder(key, basis.size(), {delta::Strength::sized, levels});
  for (std::size_t at = 0; at < basis.size(); at += 1 << 20) {
    builder.update(basis.subspan(at, std::min<std::size_t>(1 << 20, basis.size() - at)));
  }
  return builder.finish();
}

void
measure_search(const char* name, ByteView basis, ByteView fresh)
{
  for (const delta::Levels levels : {delta::Levels::one, delta::Levels::several}) {
    delta::Signature signature;
    const double build = seconds([&] { signature = signature_of(basis, levels); });
    delta::Matcher matcher(key, signature);
    const delta::AnchorTable table(key, std::move(signature));
    MemoryReadAt file(fresh);
    Sink sink;
    const double search = search_seconds(table, fresh, sink);
    delta::MatchResult match;
    const double whole = seconds([&] {
      if (auto result = matcher.match(file, fresh.size(), sink)) {
        match = *result;
      }
    });
    const auto rate = [](ByteView bytes, double time) {
      return static_cast<double>(bytes.size()) / time / 1e9;
    };
    std::printf(
        "%-22s block %6u: signature %5.2f, search %5.2f, read, search and hash %5.2f GB/s, literal %llu\n",
        name, table.signature.shape.block_bytes, rate(basis, build), rate(fresh, search), rate(fresh, whole),
        static_cast<unsigned long long>(match.literal_bytes));
  }
}

// What the whole exchange takes in time and bytes, both sides one after the other.
void
measure_levels(const char* name, ByteView basis, ByteView fresh)
{
  RoundTrip trip;
  const double whole = seconds([&] {
    trip = round_trip(key, basis, fresh, {delta::Strength::sized, delta::Levels::several});
  });
  std::printf("%-22s levels: sums %zu B, ops %zu B, total %.3f MB, %zu rounds, %.2f s, %s\n", name,
              trip.sum_bytes, trip.ops_bytes, static_cast<double>(trip.sum_bytes + trip.ops_bytes) / 1e6,
              trip.rounds, whole, trip.error ? trip.error->text.c_str() : "verified");
}

void
measure(const char* name, ByteView basis, ByteView fresh)
{
  measure_search(name, basis, fresh);
  measure_levels(name, basis, fresh);
}

Bytes
with_pages(Bytes bytes, std::size_t pages)
{
  Random random(4);
  for (std::size_t i = 0; i < pages; ++i) {
    const Bytes page = random_bytes(random, 4096);
    std::ranges::copy(page,
                      bytes.begin() + static_cast<std::ptrdiff_t>(below(random, bytes.size() / 4096) * 4096));
  }
  return bytes;
}

Bytes
with_insertions(ByteView from, std::size_t count)
{
  Random random(6);
  std::vector<std::size_t> cuts(count);
  std::ranges::generate(cuts, [&] { return below(random, from.size()); });
  std::ranges::sort(cuts);
  cuts.push_back(from.size());
  Bytes bytes;
  bytes.reserve(from.size() + count * 100 + 100);
  std::size_t at = 0;
  for (const std::size_t cut : cuts) {
    append(bytes, from.subspan(at, cut - at));
    append(bytes, random_bytes(random, 100));
    at = cut;
  }
  return bytes;
}

Bytes
periodic(std::size_t size, std::size_t period, std::size_t change_every, std::uint64_t seed)
{
  Random random(99);
  Bytes bytes = random_bytes(random, period);
  bytes.resize(size);
  for (std::size_t i = period; i < size; ++i) {
    bytes[i] = bytes[i - period];
  }
  Random changes(seed);
  for (std::size_t at = 0; change_every != 0 && at < size; at += 1 + below(changes, 2 * change_every)) {
    bytes[at] = static_cast<std::byte>(changes());
  }
  return bytes;
}

void
measure_adversarial(std::size_t size)
{
  const Bytes zeros(size, std::byte{0});
  Bytes sprinkled = zeros;
  for (std::size_t at = 0; at < size; at += 3001) {
    sprinkled[at] = std::byte{1};
  }
  measure("zeros", zeros, zeros);
  measure("zeros, one each 3001", zeros, sprinkled);
  measure("period 100, shifted", periodic(size, 100, 0, 0),
          ByteView(periodic(size + 1, 100, 0, 0)).subspan(1));
  measure("period 5000, changes", periodic(size, 5000, 300, 1), periodic(size, 5000, 300, 2));
  measure("period 64, changes", periodic(size, 64, 3000, 1), periodic(size, 64, 3000, 2));
}

} // namespace

int
main(int count, char** arguments)
{
  const std::size_t size = (count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 1024) << 20;
  Random random(1);
  const Bytes basis = random_bytes(random, size);
  measure("equal", basis, basis);
  {
    Bytes shifted = basis;
    shifted.insert(shifted.begin(), std::byte{1});
    measure("shifted by one", basis, shifted);
  }
  measure("unrelated", basis, random_bytes(random, size));
  measure("1000 pages", basis, with_pages(basis, 1000));
  measure("20 insertions", basis, with_insertions(basis, 20));
  measure("1000 insertions", basis, with_insertions(basis, 1000));
  measure_adversarial(size / 4);
}
