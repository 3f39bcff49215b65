#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "godwit/fs/staged_file.hpp"
#include "local_read.hpp"
#include "staged_folders.hpp"

namespace godwit::endpoint {

class SharedFolderTimes;

// Gives files and folders of the dest other names. Of what is not as it was when it was
// hashed, nothing is done. One a lane; what concerns one source of moves comes to one lane.
//
// Where a file's metadata is to change and it has another name as well, it is copied, so that
// that one keeps its own; so it is where a rename cannot be (between file systems).
class Mover
{
public:
  // All references outlive it.
  Mover(LaneContext& context, SharedFolderTimes& times, DestFolders& folders);
  ~Mover() { drop_retained(); }

  Result<> move(const proto::Move& request);
  Result<> retain(const proto::Retain& request);
  // What no move came for goes.
  void drop_retained();

private:
  // What was kept: a copy, staged where it belongs, or a second name beside the first.
  struct Retained {
    std::optional<fs::StagedFile> copy;
    fs::Dir folder;
    std::string name;
    fs::Stat stat;
  };
  // A name, the open folder around it, and what stands there.
  struct Found {
    fs::Dir folder;
    fs::Stat stat;
  };

  Result<fs::Dir> changing_parent(const model::RelPath& path);
  Result<Found> find_unchanged(const model::RelPath& path, std::uint64_t state);
  fs::Metadata metadata_for(const model::Entry& entry) const;
  bool needs_copy(const Found& found, const model::Entry& entry) const;
  Result<> move_folder(const proto::Move& request);
  Result<> move_file(const proto::Move& request);
  Result<> move_retained(const proto::Move& request);
  Result<> rename(const Found& found, const proto::Move& request);
  Result<> put_in_place(const fs::Dir& from, std::string_view name, const model::Entry& entry, bool replaces);
  Result<fs::StagedFile> copy(const model::RelPath& from, std::uint64_t state, const model::Entry& entry,
                              bool replaces);

  LaneContext& m_context;
  SharedFolderTimes& m_times;
  DestFolders& m_folders;
  std::map<std::uint64_t, Retained> m_retained;
};

} // namespace godwit::endpoint
