#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

#include "godwit/fs/dir_cache.hpp"
#include "godwit/fs/metadata.hpp"
#include "godwit/fs/staged_folder.hpp"

namespace godwit::endpoint {

// The new folders that have not got their names yet. They can be reached through this
// alone, and so can whatever was made in them; once published, by path. Any
// thread; a folder's files are made and the folder published on one lane.
class StagedFolders
{
public:
  // A folder holds a descriptor: beyond this many, folders are made under their names.
  static constexpr std::size_t capacity = 128;

  // The innermost one at or above a path.
  struct Found {
    fs::Dir folder;
    model::RelPath path;
  };

  bool is_empty() const { return m_count == 0; }
  bool is_full() const { return m_count >= capacity; }
  std::optional<Found> find(const model::RelPath& path) const;
  // `wanted` is given to it when it is published; `id` is answered then.
  void add(const model::RelPath& path, fs::StagedFolder folder, const fs::Metadata& wanted, std::uint64_t id);
  // Nothing: it is none of them. A failure drops it, with its files.
  struct Published {
    std::uint64_t id = 0;
    Result<> outcome;
  };
  std::optional<Published> publish(const model::RelPath& path);
  // What is whole of them is kept.
  void publish_all();

private:
  struct Held {
    fs::StagedFolder folder;
    fs::Metadata wanted;
    std::uint64_t id;
  };
  using Folders = std::map<model::RelPath, Held>;

  Result<> publish_one(const model::RelPath& path, Held& held);

  mutable std::mutex m_mutex;
  Folders m_folders;
  std::atomic<std::size_t> m_count = 0;
};

// The dest's folders as one lane holds them open, staged ones included.
class DestFolders
{
public:
  DestFolders(fs::Dir root, StagedFolders& staged) : m_cache(std::move(root)), m_staged(staged) {}

  Result<fs::Dir> open(const model::RelPath& path);
  void invalidate(const model::RelPath& path) { m_cache.invalidate(path); }
  bool is_staged(const model::RelPath& path) const;

private:
  fs::DirCache m_cache;
  StagedFolders& m_staged;
};

} // namespace godwit::endpoint
