#pragma once
// A PageMerge between two listings, of which one is a far side's.

#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "godwit/endpoint/page_messages.hpp"
#include "session/page_merge.hpp"

namespace godwit::session::testing {

struct Silent : model::EventSink {
  void on(model::Event) override {}
};

inline model::Entry
file(const std::string& path, std::uint64_t size)
{
  model::Entry entry;
  entry.path = *model::RelPath::parse(path);
  entry.size = size;
  entry.mode = 0644;
  entry.mtime = {1'600'000'000, 7};
  return entry;
}

inline std::vector<model::Entry>
files(std::size_t count)
{
  std::vector<model::Entry> entries;
  for (std::size_t i = 0; i < count; ++i) {
    entries.push_back(file("file" + std::to_string(1'000'000 + i), i));
  }
  return entries;
}

inline plan::Recipe
recipe()
{
  return {.file_times = true, .perms = true, .owner = true, .group = true, .links = true};
}

inline std::vector<model::Entry>
drain(EntryQueue& queue)
{
  std::vector<model::Entry> entries;
  while (!queue.is_empty()) {
    entries.push_back(queue.take());
  }
  return entries;
}

// A far side that holds `entries`, and what it has been asked.
class FarSide
{
public:
  FarSide(model::Side side, std::vector<model::Entry> entries, const HashKey& key)
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
    for_each(wanted.page, {}, [&](std::span<const model::Entry> page) {
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
    for_each(wanted.page, wanted.stretches, [&](std::span<const model::Entry> part) {
      endpoint::append(answer, plan::cut_runs(part, wanted.grain, builder));
    });
    return answer;
  }

  proto::PageListed listed(const proto::PageWanted& wanted)
  {
    proto::PageListed answer{wanted.page, true, {}};
    for_each(wanted.page, wanted.stretches, [&](std::span<const model::Entry> part) {
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
    std::span<const model::Entry> rest = std::span(m_entries).subspan(begin, m_ends[page] - begin);
    if (stretches.empty()) {
      visit(rest);
    }
    for (const proto::Stretch& stretch : stretches) {
      visit(rest.subspan(stretch.skip, stretch.count));
      rest = rest.subspan(stretch.skip + stretch.count);
    }
  }

  model::Side m_side;
  std::vector<model::Entry> m_entries;
  const HashKey& m_key;
  std::vector<std::size_t> m_ends;
};

// A PageMerge and what it needs; owners are told, and mapped to themselves.
struct Bench {
  explicit Bench(model::Side remote_side)
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

inline Result<>
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
inline std::size_t
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
inline std::size_t
run(Bench& bench, FarSide& far, const std::vector<model::Entry>& ours, std::mt19937& random)
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

inline std::map<std::string, std::uint64_t>
by_name(const std::vector<model::Entry>& entries)
{
  std::map<std::string, std::uint64_t> sizes;
  for (const model::Entry& entry : entries) {
    sizes[entry.path.str()] = entry.size + (std::uint64_t{entry.uid} << 40U);
  }
  return sizes;
}

// Names that are not the same on both sides.
inline std::map<std::string, std::uint64_t>
differences(const std::vector<model::Entry>& of, const std::vector<model::Entry>& to)
{
  auto left = by_name(of);
  const auto other = by_name(to);
  std::erase_if(left, [&](const auto& item) {
    const auto found = other.find(item.first);
    return found != other.end() && found->second == item.second;
  });
  return left;
}

} // namespace godwit::session::testing
