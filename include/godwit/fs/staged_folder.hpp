#pragma once

#include <string>
#include <string_view>

#include "godwit/base/result.hpp"
#include "godwit/fs/dir.hpp"
#include "godwit/fs/metadata.hpp"

namespace godwit::fs {

// A new folder that appears with its files or not at all: the fastest way to
// make many small ones, as each is created under its own name (`Placing::direct`)
// with no rename of its own. It stands beside its place under a staged name,
// 0700 and locked. Destroyed without publish() it goes, with the non-folders in
// it. Used by one thread at a time; folder() may be shared, and may hold other
// folders, staged or not.
//
// System calls: mkdirat, openat2, flock; statx, fchmodat2 (and fchownat where the owner is
// another), renameat2, close.
class StagedFolder
{
public:
  // `wanted` decides whether what is made in it inherits a group from above.
  static Result<StagedFolder> create(const Dir& parent, std::string_view name, const Metadata& wanted);
  StagedFolder(StagedFolder&& other) noexcept = default;
  StagedFolder& operator=(StagedFolder&& other) noexcept;
  ~StagedFolder() { discard(); }

  // Where its files go. Stays usable after publish().
  const Dir& folder() const { return m_folder; }
  // Gives it its name, and the owner and mode that are wanted (0700 is kept, and the time left, for
  // FolderTimes::finish()). Where a folder has that name meanwhile, the files move into it one by
  // one, replacing what is there, and folder() is that one afterwards. A non-folder there: EEXIST, and
  // it stays staged.
  Result<> publish(const Metadata& wanted);
  // The folder it stands in was moved into another one, and it with it.
  void parent_became(Dir parent) { m_parent = std::move(parent); }

private:
  StagedFolder(Dir parent, std::string name, std::string staged_name);
  Result<> move_into(const Dir& there);
  void discard();

  Dir m_parent;
  std::string m_name;
  std::string m_staged_name; // empty: published
  Dir m_folder; // holds the lock
};

} // namespace godwit::fs
