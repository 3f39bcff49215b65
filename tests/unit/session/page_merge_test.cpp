#include "session/page_merge.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "godwit/endpoint/page_messages.hpp"

using namespace godwit;
using namespace godwit::session;
using model::Entry;
using model::Side;

namespace {

struct Silent : model::EventSink {
  void on(model::Event) override {}
};

Entry
file(const std::string& path, std::uint64_t size)
{
  Entry entry;
  entry.path = *model::RelPath::parse(path);
  entry.size = size;
  entry.mode = 0644;
  entry.mtime = {1'600'000'000, 7};
  return entry;
}

std::vector<Entry>
files(std::size_t count)
{
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < count; ++i) {
    entries.push_back(file("file" + std::to_string(1'000'000 + i), i));
  }
  return entries;
}

plan::Recipe
recipe()
{
  return {.file_times = true, .perms = true, .owner = true, .group = true, .links = true};
}

std::vector<Entry>
drain(EntryQueue& queue)
{
  std::vector<Entry> entries;
  while (!queue.is_empty()) {
    entries.push_back(queue.take());
  }
  return entries;
}

// A far side that holds `entries`, and what it has been asked.
class FarSide
{
public:
  FarSide(Side side, std::vector<Entry> entries, const HashKey& key)
      : m_side(side), m_entries(std::move(entries)), m_key(key)
  {
  }

  std::vector<proto::Page> pages()
  {
    plan::PageBuilder builder(recipe(), m_side, m_key);
    std::vector<proto::Page> made;
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
      builder.add(m_entries[i]);
      if (builder.is_full() || i + 1 == m_entries.size()) {
        m_ends.push_back(i + 1);
        made.push_back(endpoint::to_message(builder.finish()));
        made.back().counts.regular = made.back().count;
      }
    }
    return made;
  }

  proto::Differences differences(const proto::DifferencesWanted& wanted)
  {
    plan::PageBuilder builder(recipe(), m_side, m_key);
    proto::Differences answer;
    for_each(wanted.page, {}, [&](std::span<const Entry> page) {
      answer = endpoint::differences_in(page, plan::Sketch(*endpoint::to_numbers(wanted.sums)), builder);
    });
    answer.page = wanted.page;
    entries_listed += answer.entries.size();
    return answer;
  }

  proto::Runs runs(const proto::RunsWanted& wanted)
  {
    proto::Runs answer;
    answer.page = wanted.page;
    plan::PageBuilder builder(recipe(), m_side, m_key);
    for_each(wanted.page, wanted.stretches, [&](std::span<const Entry> part) {
      endpoint::append(answer, plan::cut_runs(part, wanted.grain, builder));
    });
    return answer;
  }

  proto::PageListed listed(const proto::PageWanted& wanted)
  {
    proto::PageListed answer{wanted.page, true, {}};
    for_each(wanted.page, wanted.stretches, [&](std::span<const Entry> part) {
      answer.entries.insert(answer.entries.end(), part.begin(), part.end());
    });
    entries_listed += answer.entries.size();
    return answer;
  }

  std::size_t entries_listed = 0;
  std::function<void(proto::Differences&)> lie = [](proto::Differences&) {}; // of what it answers

private:
  template <class Visit> void for_each(std::uint64_t page, const std::vector<proto::Stretch>& stretches, Visit visit)
  {
    const std::size_t begin = page == 0 ? 0 : m_ends[page - 1];
    std::span<const Entry> rest = std::span(m_entries).subspan(begin, m_ends[page] - begin);
    if (stretches.empty()) {
      visit(rest);
    }
    for (const proto::Stretch& stretch : stretches) {
      visit(rest.subspan(stretch.skip, stretch.count));
      rest = rest.subspan(stretch.skip + stretch.count);
    }
  }

  Side m_side;
  std::vector<Entry> m_entries;
  const HashKey& m_key;
  std::vector<std::size_t> m_ends;
};

// A PageMerge and what it needs; owners are told, and mapped to themselves.
struct Bench {
  explicit Bench(Side remote_side)
      : merge({remote_side, recipe(), key, owners, report, local, remote, scope, 0})
  {
    model::ScopeItem root;
    root.contents = true;
    scope.push_back(root);
    proto::Owners told;
    proto::OwnersMapped mapped;
    for (std::uint32_t id = 0; id < 4; ++id) {
      told.users.push_back({id, ""});
      told.groups.push_back({id, ""});
      mapped.users.push_back({id, id});
      mapped.groups.push_back({id, id});
    }
    owners.learn(told);
    REQUIRE(owners.learn(mapped));
  }

  static model::Options options()
  {
    model::Options wanted;
    wanted.owner = wanted.group = true;
    return wanted;
  }

  Silent events;
  Report report{events};
  HashKey key{HashKey::Seed{}};
  OwnerMap owners{options()};
  EntryQueue local;
  EntryQueue remote;
  model::Scope scope;
  PageMerge merge;
};

Result<>
answer(PageMerge& merge, FarSide& far, const proto::Message& request)
{
  if (const auto* differences = std::get_if<proto::DifferencesWanted>(&request)) {
    proto::Differences found = far.differences(*differences);
    far.lie(found);
    return merge.add_differences(std::move(found));
  }
  if (const auto* runs = std::get_if<proto::RunsWanted>(&request)) {
    return merge.add_runs(far.runs(*runs));
  }
  return merge.add_page_entries(far.listed(std::get<proto::PageWanted>(request)));
}

// As far as it goes; answers come in any order. How much was asked.
std::size_t
answer_all(Bench& bench, FarSide& far, std::mt19937& random)
{
  std::size_t questions = 0;
  std::vector<proto::Message> open;
  while (true) {
    bench.merge.advance();
    for (proto::Message& request : bench.merge.take_requests()) {
      if (!std::holds_alternative<proto::PagesSettled>(request)) {
        open.push_back(std::move(request));
      }
    }
    if (open.empty()) {
      return questions;
    }
    std::swap(open[random() % open.size()], open.back());
    const proto::Message request = std::move(open.back());
    open.pop_back();
    REQUIRE(answer(bench.merge, far, request));
    ++questions;
  }
}

// Both listings to the end. How much was asked.
std::size_t
run(Bench& bench, FarSide& far, const std::vector<Entry>& ours, std::mt19937& random)
{
  for (const proto::Page& page : far.pages()) {
    REQUIRE(bench.merge.add_page(page));
  }
  bench.merge.end_remote();
  for (std::size_t at = 0; at < ours.size(); at += 100) {
    const auto first = ours.begin() + static_cast<std::ptrdiff_t>(at);
    bench.merge.add_local({first, first + static_cast<std::ptrdiff_t>(std::min<std::size_t>(100, ours.size() - at))},
                          {});
  }
  bench.merge.end_local();
  const std::size_t questions = answer_all(bench, far, random);
  REQUIRE(bench.merge.is_done());
  return questions;
}

std::map<std::string, std::uint64_t>
by_name(const std::vector<Entry>& entries)
{
  std::map<std::string, std::uint64_t> sizes;
  for (const Entry& entry : entries) {
    sizes[entry.path.str()] = entry.size + (std::uint64_t{entry.uid} << 40U);
  }
  return sizes;
}

// Names that are not the same on both sides.
std::map<std::string, std::uint64_t>
differences(const std::vector<Entry>& of, const std::vector<Entry>& to)
{
  auto left = by_name(of);
  const auto other = by_name(to);
  std::erase_if(left, [&](const auto& item) {
    const auto found = other.find(item.first);
    return found != other.end() && found->second == item.second;
  });
  return left;
}

} // namespace

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
