#include "session/page_merge.hpp"

#include <random>

#include <doctest/doctest.h>

#include "merge_bench.hpp"

using namespace godwit;
using namespace godwit::session;
using namespace godwit::session::testing;
using model::Entry;
using model::Side;

TEST_CASE("PageMerge refuses differences that it did not ask for, or more than a sketch finds")
{
  Bench bench(Side::source);
  const std::vector<Entry> theirs = files(1000);
  FarSide far(Side::source, theirs, bench.key);
  REQUIRE(bench.merge.add_page(far.pages().front()));
  CHECK(!bench.merge.add_differences({}));
  std::vector<Entry> ours = theirs;
  ours[100].size = 12;
  bench.merge.add_local(ours, {});
  bench.merge.advance();
  const std::vector<proto::Message> requests = bench.merge.take_requests();
  REQUIRE(requests.size() == 1);
  const proto::Differences honest = far.differences(std::get<proto::DifferencesWanted>(requests.front()));
  const auto refuses = [&](const proto::Differences& differences) {
    Bench other(Side::source);
    REQUIRE(other.merge.add_page(far.pages().front()));
    other.merge.add_local(ours, {});
    other.merge.advance();
    return !other.merge.add_differences(differences);
  };
  CHECK(!refuses(honest));
  CHECK(refuses({1, true, {}, {}}));
  CHECK(refuses({~std::uint64_t{0}, true, {}, {}}));
  CHECK(refuses({0, true, {}, std::vector<Entry>(plan::sketch_capacities[0] + 1, honest.entries.front())}));
  REQUIRE(bench.merge.add_differences(honest));
  CHECK(!bench.merge.add_differences(honest));
}

TEST_CASE("PageMerge believes no answer to a sketch that does not make the page")
{
  using Differences = proto::Differences;
  const std::function<void(Differences&)> lies[] = {
      [](Differences& d) { d.is_solved = false; },
      [](Differences& d) { d = {d.page, true, {}, {}}; },
      [](Differences& d) { d.entries.pop_back(); },
      [](Differences& d) { d.entries.push_back(d.entries.back()); },
      [](Differences& d) { d.entries.front().size += 1; },
      [](Differences& d) { d.entries.front().uid = 2; },
      [](Differences& d) { d.entries.front().path = *model::RelPath::parse("zzz"); },
      [](Differences& d) { d.others.clear(); },
      [](Differences& d) { d.others.pop_back(); },
      [](Differences& d) { d.others.back() ^= std::byte{1}; },
      [](Differences& d) { d.others.resize(d.others.size() + 4, std::byte{0}); },
  };
  for (const Side remote_side : {Side::source, Side::dest}) {
    for (const auto& lie : lies) {
      CAPTURE(&lie - lies);
      const std::vector<Entry> theirs = files(600);
      std::vector<Entry> ours = theirs;
      ours[100].size = 5;
      ours[300].uid = 3;
      Bench bench(remote_side);
      FarSide far(remote_side, theirs, bench.key);
      far.lie = lie;
      std::mt19937 random(1);
      CHECK(run(bench, far, ours, random) > std::size(plan::sketch_capacities));
      const std::vector<Entry> local = drain(bench.local);
      const std::vector<Entry> remote = drain(bench.remote);
      CHECK(differences(local, remote) == differences(ours, theirs));
      CHECK(differences(remote, local) == differences(theirs, ours));
    }
  }
}

TEST_CASE("PageMerge asks with a larger sketch at once where the smaller one has failed for many pages")
{
  const std::size_t pages = 40;
  const std::vector<Entry> theirs = files(pages * 512);
  std::vector<Entry> ours = theirs;
  for (std::size_t i = 0; i < ours.size(); i += 50) { // ten a page, which are twenty
    ours[i].size += 1;
  }
  Bench bench(Side::source);
  FarSide far(Side::source, theirs, bench.key);
  std::mt19937 random(1);
  std::vector<std::size_t> questions;
  std::size_t begin = 0;
  for (const proto::Page& page : far.pages()) {
    REQUIRE(bench.merge.add_page(page));
    bench.merge.add_local({ours.begin() + static_cast<std::ptrdiff_t>(begin),
                           ours.begin() + static_cast<std::ptrdiff_t>(begin + page.count)},
                          {});
    if (begin += page.count; begin == ours.size()) {
      bench.merge.end_local();
    }
    questions.push_back(answer_all(bench, far, random));
  }
  CHECK(questions.front() == 0); // that it ends is not known before there is more
  CHECK(questions[2] == 2);
  CHECK(questions.back() == 2); // the last two
  CHECK(questions[pages - 2] == 1);
}

TEST_CASE("PageMerge finds what is never equal in one exchange, too")
{
  std::vector<Entry> theirs = files(600);
  theirs[40].flags = Entry::is_incomplete;
  theirs[40].type = model::Type::folder;
  theirs[40].path = *model::RelPath::parse("zz");
  std::rotate(theirs.begin() + 40, theirs.begin() + 41, theirs.end());
  Bench bench(Side::source);
  FarSide far(Side::source, theirs, bench.key);
  std::mt19937 random(1);
  CHECK(run(bench, far, theirs, random) == 1);
  const std::vector<Entry> remote = drain(bench.remote);
  CHECK(std::any_of(remote.begin(), remote.end(), [](const Entry& entry) { return entry.path.str() == "zz"; }));
}
