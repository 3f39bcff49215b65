#include "plan/folder_pairs.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "godwit/base/assert.hpp"

namespace godwit::plan
{

using model::RelPath;

namespace
{

// How many files of the first folder have one of that name and size in the second.
using Votes = std::map<RelPath, std::map<RelPath, std::size_t>>;
struct Poll {
  Votes votes;
  std::map<RelPath, std::size_t> files; // by folder
};

bool
is_within(const RelPath& path, const RelPath& folder)
{
  return path == folder || path.is_below(folder);
}

void
vote(Votes& votes, const Held& file, const model::Entry& candidate, const RelPath& top)
{
  if (file.action.entry.path.name() != candidate.path.name()) {
    return;
  }
  RelPath folder = file.action.entry.path.parent();
  RelPath there = candidate.path.parent();
  while (is_within(folder, top) && !there.is_root()) {
    ++votes[folder][there];
    if (folder.name() != there.name()) {
      return;
    }
    folder = folder.parent();
    there = there.parent();
  }
}

// Of a new folder and all in it.
Poll
take_poll(const HeldActions& held, HeldActions::const_iterator begin, const MoveSources& sources)
{
  const RelPath& top = begin->second.action.entry.path;
  Poll poll;
  for (auto at = begin; at != held.end() && at->second.top == begin->first; ++at) {
    const Held& file = at->second;
    if (!file.is_file()) {
      continue;
    }
    for (RelPath folder = file.action.entry.path.parent(); is_within(folder, top); folder = folder.parent()) {
      ++poll.files[folder];
    }
    for (const MoveSources::Id id : file.candidates) {
      vote(poll.votes, file, sources.at(id).entry, top);
    }
  }
  return poll;
}

class Pairing
{
public:
  Pairing(const MoveSources& sources, const Removals& removals, std::vector<FolderPair> taken)
      : m_sources(sources), m_removals(removals), m_taken(std::move(taken))
  {
  }

  // The folder of the dest with the most votes, if it may be taken.
  MoveSources::Id
  best(const std::map<RelPath, std::size_t>& votes, std::size_t files)
  {
    MoveSources::Id found = MoveSources::none;
    std::size_t most = 0;
    for (const auto& [path, count] : votes) {
      const MoveSources::Id id = m_sources.find(path, true);
      if (count > most && id != MoveSources::none && may_go(id) && 2 * count >= std::min(files, files_in(id))) {
        most = count;
        found = id;
      }
    }
    return found;
  }

private:
  bool
  may_go(MoveSources::Id id) const
  {
    const MoveSources::Source& source = m_sources.at(id);
    const auto overlaps = [&](const FolderPair& pair) {
      const RelPath& other = m_sources.at(pair.source).entry.path;
      return is_within(source.entry.path, other) || other.is_below(source.entry.path);
    };
    return source.removal != Removals::none && m_removals.is_emptied(source.removal) &&
           std::none_of(m_taken.begin(), m_taken.end(), overlaps);
  }
  std::size_t
  files_in(MoveSources::Id folder) const
  {
    std::size_t files = 0;
    const MoveSources::Id end = m_sources.end_of(folder);
    for (MoveSources::Id id = folder; id < end; ++id) {
      files += m_sources.at(id).entry.is_regular() && m_sources.at(id).entry.size > 0 ? 1U : 0U;
    }
    return files;
  }

  const MoveSources& m_sources;
  const Removals& m_removals;
  std::vector<FolderPair> m_taken;
};

} // namespace

RelPath
rebased(const RelPath& path, const RelPath& from, const RelPath& to)
{
  auto moved = RelPath::parse(to.str().append(path.view().substr(from.view().size())));
  ASSERT(moved);
  return *std::move(moved);
}

std::vector<FolderPair>
pair_folders(const HeldActions& held, Ticket top, const MoveSources& sources, const Removals& removals,
             const std::vector<FolderPair>& taken)
{
  const auto begin = held.find(top);
  const Poll poll = take_poll(held, begin, sources);
  std::vector<FolderPair> pairs = taken;
  const RelPath* inside = nullptr;
  for (auto at = begin; at != held.end() && at->second.top == top; ++at) {
    const model::Entry& entry = at->second.action.entry;
    const auto votes = poll.votes.find(entry.path);
    const bool is_part = inside != nullptr && entry.path.is_below(*inside);
    if (!entry.is_folder() || is_part || votes == poll.votes.end()) {
      continue;
    }
    const MoveSources::Id source =
        Pairing(sources, removals, pairs).best(votes->second, poll.files.at(entry.path));
    if (source != MoveSources::none) {
      pairs.push_back({at->first, source});
      inside = &entry.path;
    }
  }
  pairs.erase(pairs.begin(), pairs.begin() + static_cast<std::ptrdiff_t>(taken.size()));
  return pairs;
}

} // namespace godwit::plan
