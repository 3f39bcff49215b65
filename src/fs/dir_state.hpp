#pragma once
// What the copies of a Dir share.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "godwit/fs/dir.hpp"
#include "godwit/fs/fd.hpp"
#include "named_folders.hpp"

namespace godwit::fs {

struct Dir::State {
  State(Fd the_folder, std::string the_label, Links the_links, std::shared_ptr<const State> the_root)
      : folder(std::move(the_folder)), label(std::move(the_label)), links(the_links),
        root(std::move(the_root))
  {
  }

  Fd folder;
  std::string label;
  Links links = Links::refuse;
  NamedFolders named; // of a root
  // Owners: the root's Dirs and what was opened below. Null: this is a root.
  std::shared_ptr<const State> root;
  mutable std::once_flag looked_at;
  mutable bool keeps_modes = false;
  mutable bool is_setgid = true;
  mutable std::atomic<bool> knows_owner = false;
  mutable std::atomic<std::uint64_t> owner = 0; // gid << 32 | uid
};

} // namespace godwit::fs
