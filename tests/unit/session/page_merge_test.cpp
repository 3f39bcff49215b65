#include "session/page_merge.hpp"

#include <random>

#include <doctest/doctest.h>

#include "merge_bench.hpp"

using namespace godwit;
using namespace godwit::session;
using namespace godwit::session::testing;
using model::Entry;
using model::Side;

TEST_CASE("PageMerge asks for next to nothing but what differs")
{
  for (const Side remote_side : {Side::source, Side::dest}) {
    CAPTURE(remote_side == Side::source);
    Bench bench(remote_side);
    const std::vector<Entry> theirs = files(20'000);
    std::vector<Entry> ours = theirs;
    ours[777].size = 5;                                  // changed
    ours.erase(ours.begin() + 4000);                     // missing here
    ours.insert(ours.begin() + 9000, file("file1009000a", 1)); // missing there
    ours[15'000].uid = 3;
    std::mt19937 random(1);
    FarSide far(remote_side, theirs, bench.key);
    CHECK(run(bench, far, ours, random) == 4); // each page that differs once
    const auto local = by_name(drain(bench.local));
    const auto remote = by_name(drain(bench.remote));
    CHECK(far.entries_listed == 3); // all but the one that is missing there
    for (const auto& [name, size] : differences(ours, theirs)) {
      CHECK(local.contains(name));
    }
    for (const auto& [name, size] : differences(theirs, ours)) {
      CHECK(remote.contains(name));
    }
    const std::uint64_t planned = remote_side == Side::source ? remote.size() : local.size();
    const std::uint64_t all = remote_side == Side::source ? theirs.size() : ours.size();
    CHECK(bench.report.totals().files + planned == all);
  }
}

TEST_CASE("PageMerge hands on all that differs and drops only what both sides have, in order")
{
  std::mt19937 random(20'260'101);
  for (int round = 0; round < 60; ++round) {
    CAPTURE(round);
    const Side remote_side = random() % 2 == 0 ? Side::source : Side::dest;
    const std::uint32_t rate = 1U << (random() % 12); // of one name in so many something differs
    std::vector<Entry> ours;
    std::vector<Entry> theirs;
    for (const Entry& entry : files(random() % 6000)) {
      if (random() % rate != 0 || random() % 4 == 0) {
        ours.push_back(entry);
        ours.back().uid = random() % (2 * rate) == 0 ? 2 : 0;
      }
      if (random() % rate != 0) {
        theirs.push_back(entry);
        theirs.back().size += random() % rate == 0 ? 1 : 0;
      }
    }
    Bench bench(remote_side);
    FarSide far(remote_side, theirs, bench.key);
    run(bench, far, ours, random);
    const std::vector<Entry> local = drain(bench.local);
    const std::vector<Entry> remote = drain(bench.remote);
    const auto is_sorted = [](const std::vector<Entry>& entries) {
      return std::is_sorted(entries.begin(), entries.end(),
                            [](const Entry& a, const Entry& b) { return listing_order(a, b) < 0; });
    };
    CHECK(is_sorted(local));
    CHECK(is_sorted(remote));
    CHECK(differences(local, remote) == differences(ours, theirs));
    CHECK(differences(remote, local) == differences(theirs, ours));
  }
}

TEST_CASE("PageMerge refuses runs that are not those of the page")
{
  Bench bench(Side::source);
  std::vector<Entry> theirs = files(1000);
  FarSide far(Side::source, theirs, bench.key);
  const std::vector<proto::Page> pages = far.pages();
  REQUIRE(bench.merge.add_page(pages.front()));
  proto::Runs unasked;
  CHECK(!bench.merge.add_runs(unasked));
  std::vector<Entry> ours = theirs;
  for (std::size_t i = 100; i < 150; ++i) { // more than a sketch finds
    ours[i].size = 12;
  }
  bench.merge.add_local(ours, {});
  bench.merge.advance();
  std::vector<proto::Message> requests = bench.merge.take_requests();
  for (std::size_t i = 0; i < std::size(plan::sketch_capacities); ++i) {
    REQUIRE(requests.size() == 1);
    REQUIRE(answer(bench.merge, far, requests.front()));
    requests = bench.merge.take_requests();
  }
  REQUIRE(requests.size() == 1);
  const proto::Runs honest = far.runs(std::get<proto::RunsWanted>(requests.front()));
  const auto refuses = [&](auto lie) {
    proto::Runs runs = honest;
    lie(runs);
    return !bench.merge.add_runs(runs);
  };
  CHECK(refuses([](proto::Runs& runs) { runs.page = 1; }));
  CHECK(refuses([](proto::Runs& runs) { runs.digests.pop_back(); }));
  CHECK(refuses([](proto::Runs& runs) { runs.counts.back() += 1; }));
  CHECK(refuses([](proto::Runs& runs) { runs.counts.front() = 4'000'000'000U; }));
  CHECK(refuses([](proto::Runs& runs) { runs.counts.front() = 0; }));
  CHECK(refuses([](proto::Runs& runs) { runs.owners.front() = {3, 3}; }));
  CHECK(refuses([](proto::Runs& runs) { runs.owner_counts.front() = 2; }));
  CHECK(refuses([](proto::Runs& runs) { runs.unequal.push_back(4000); }));
  CHECK(refuses([](proto::Runs& runs) { runs = proto::Runs(); }));
  CHECK(bench.merge.add_runs(honest));
}
