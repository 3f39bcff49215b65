#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "godwit/base/result.hpp"
#include "godwit/fs/dir.hpp"
#include "godwit/fs/metadata.hpp"

namespace godwit::fs {

// Times and modes of the folders that are changed inside, so that they come out
// as they were, or as they were asked to be. Paths are below one root. Used by
// one thread at a time.
class FolderTimes
{
public:
  // Whose times are put back: none, those of folders below the root, or the root's as well.
  enum class PutBack : std::uint8_t { none, below_root, all };
  void put_back(PutBack which) { m_put_back = which; }
  // Before the first change inside `folder` (later calls are free): notes its time, and
  // gives the owner u+wx where that is missing and this is not root.
  Result<> note(const model::RelPath& path, const Dir& folder);
  // The folder was just made, or is to be set: what finish() gives it. Fields that are
  // not set stay as noted.
  void want(const model::RelPath& path, const Metadata& wanted);
  // It was removed, with all below it.
  void forget(const model::RelPath& path);
  // Sets all of it, deepest first; errors go to `failed`. Folders that are gone are passed over.
  void finish(const Dir& root, const std::function<void(const model::RelPath&, Error)>& failed);

private:
  struct Noted {
    Metadata wanted;
    bool is_noted = false;
  };
  std::map<model::RelPath, Noted> m_noted;
  PutBack m_put_back = PutBack::all;
};

} // namespace godwit::fs
