#pragma once

#include <string>
#include <string_view>

#include "godwit/base/result.hpp"
#include "godwit/fs/dir.hpp"
#include "godwit/fs/fd.hpp"

namespace godwit::fs {

// A new folder that appears with its files or not at all: the fastest way to
// make many small ones, as each is created under its own name (`Placing::direct`)
// with no rename of its own. It stands beside its place under a staged name,
// 0700 and locked. Destroyed without publish() it goes, with the non-folders in
// it. Used by one thread at a time; folder() may be shared.
class StagedFolder
{
public:
  static Result<StagedFolder> create(const Dir& parent, std::string_view name);
  StagedFolder(StagedFolder&& other) noexcept = default;
  StagedFolder& operator=(StagedFolder&& other) noexcept;
  ~StagedFolder() { discard(); }

  // Where its files go. Stays usable after publish().
  const Dir& folder() const { return m_folder; }
  // Gives it its name, and `mode` (0700 is kept until FolderTimes::finish()). Where a folder
  // has that name meanwhile, the files move into it one by one, replacing what is there,
  // and folder() is that one afterwards. A non-folder there: EEXIST, and it stays staged.
  Result<> publish(std::uint32_t mode);

private:
  StagedFolder(Dir parent, std::string name, std::string staged_name);
  Result<> move_into(const Dir& there);
  void discard();

  Dir m_parent;
  std::string m_name;
  std::string m_staged_name; // empty: published
  Dir m_folder;
  Fd m_lock;
};

} // namespace godwit::fs
