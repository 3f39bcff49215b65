#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "godwit/model/path.hpp"

namespace godwit::session {

// The new folders that the dest keeps staged, until all their small files are on
// their way there, and those that it could not make. In plan order a folder's
// non-folders come right after it, so it is known when the last was met. Used by
// the controller's thread.
class NewFolders
{
public:
  // A folder of more files than this is seen before it is whole; the rest is placed one by one.
  static constexpr std::size_t max_staged_files = 100'000;

  struct Folder {
    std::size_t files = 0;
    std::size_t unsent = 0; // that the dest was not given yet
    bool is_left = false;   // the plan has passed it
  };
  using OnSent = std::function<void(const model::RelPath&)>;

  explicit NewFolders(OnSent on_sent) : m_on_sent(std::move(on_sent)) {}

  void enter(const model::RelPath& path)
  {
    leave();
    m_current = m_folders.emplace(path, Folder()).first;
  }
  // The plan goes on with this.
  void go_on_with(const model::RelPath& path, bool is_folder)
  {
    if (m_current != m_folders.end() && (is_folder || !is_child(path, m_current->first))) {
      leave();
    }
  }
  void leave()
  {
    if (m_current != m_folders.end()) {
      const auto left = std::exchange(m_current, m_folders.end());
      left->second.is_left = true;
      settle(left);
    }
  }

  // Waits for the file, which is to be in the folder that the plan is in: false where that is none of these.
  bool wait_for(const model::RelPath& file)
  {
    if (m_current == m_folders.end() || !is_child(file, m_current->first)) {
      return false;
    }
    ++m_current->second.unsent;
    if (++m_current->second.files == max_staged_files) {
      leave();
    }
    return true;
  }
  // The dest was given what it is to have of it, if anything.
  void sent(const model::RelPath& file)
  {
    const auto found = m_folders.find(file.parent_view());
    --found->second.unsent;
    settle(found);
  }

  // It could not be made: of what is to be in it nothing is tried any more, and nothing told.
  void lose(const model::RelPath& path) { m_lost.insert(path); }
  bool is_lost(const model::RelPath& path) const
  {
    if (m_lost.empty()) {
      return false;
    }
    for (model::RelPath at = path; !at.is_root();) {
      at = at.parent();
      if (m_lost.contains(at)) {
        return true;
      }
    }
    return false;
  }

private:
  using Folders = std::map<model::RelPath, Folder, model::PathLess>;

  static bool is_child(const model::RelPath& path, const model::RelPath& folder)
  {
    return path.parent_view() == folder.view() && !path.is_root();
  }
  void settle(Folders::iterator at)
  {
    if (at->second.is_left && at->second.unsent == 0) {
      const model::RelPath path = at->first;
      m_folders.erase(at);
      m_on_sent(path);
    }
  }

  OnSent m_on_sent;
  Folders m_folders;
  Folders::iterator m_current = m_folders.end();
  std::set<model::RelPath> m_lost;
};

} // namespace godwit::session
