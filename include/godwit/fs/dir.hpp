#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "godwit/base/result.hpp"
#include "godwit/fs/fd.hpp"
#include "godwit/fs/stat.hpp"
#include "godwit/model/path.hpp"

namespace godwit::fs {

// Which symbolic links are followed below an operand.
enum class Links : std::uint8_t {
  refuse,         // none: what a writer must do, and a reader by default
  follow_folders, // source, -k: links to folders
  follow_all,     // source, -L
  beneath,        // dest, -K: links to folders that lead beneath the root
};

struct Owner {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

// A regular file just opened, and what it was then.
struct OpenedFile {
  Fd fd;
  Stat stat;
};

// A folder, held by a descriptor; everything is reached from it, so that it does
// not matter what becomes of its path. Copies are cheap and share the
// descriptor; folders opened below inherit the rule for links. All calls are
// const and may come from several threads at once.
//
// A *name* is one component (`RelPath::is_valid_name`, asserted); its last
// component is never followed unless the rule for links says so. A *path* may
// have any number of components, be longer than PATH_MAX, and be the root. Where a
// link that may not be followed stands in a path, the errno is ELOOP.
class Dir
{
public:
  Dir() = default;
  // As any command opens it: relative to the working folder, links followed; "" is ".".
  static Result<Dir> open_operand(const std::string& path, Links links = Links::refuse);
  // A descriptor of a folder (O_PATH will do); `label` stands for it in errors.
  static Dir adopt(Fd folder, std::string label, Links links = Links::refuse);
  // The same folder as the root of its own, with another rule for links.
  Dir with_links(Links links) const;

  // The same folder as a root of its own, below which `path` is reached through whatever links are in it, as the
  // user means who names it, as far as there are folders. The same where no link is in it.
  Result<Dir> with_named(const model::RelPath& path) const;
  // Of with_named(): the folder, held by this one, where a link is in `path`; else -1.
  int named(const model::RelPath& path) const;
  // All of them.
  std::vector<int> named() const;

  explicit operator bool() const { return m_state != nullptr; }
  int fd() const;
  Result<Fd> duplicate() const;
  Links links() const;
  // `'operand/path'`, escaped: the object of an error text.
  std::string label(std::string_view name = {}) const;
  std::string label(const model::RelPath& path) const { return label(path.view()); }

  Result<Dir> open_folder(const model::RelPath& path) const;
  Result<Dir> open_folder(std::string_view name) const;
  // Held by a descriptor that can be read and locked; errors call it `shown_as`.
  Result<Dir> open_readable_folder(std::string_view name, std::string_view shown_as) const;
  // For getdents64: O_RDONLY. The root itself too.
  Result<Fd> open_listing(const model::RelPath& path) const;
  // O_NONBLOCK, O_NOCTTY and O_CLOEXEC are added; never creates. What is no regular
  // file is an error (`unsupported`): ask only for what was one when it was listed.
  Result<Fd> open_file(std::string_view name, int flags) const;
  Result<Fd> open_file(const model::RelPath& path, int flags) const;
  Result<OpenedFile> open_and_stat(std::string_view name, int flags) const;
  // Whatever it is: for a reader that looks at that afterwards.
  Result<Fd> open_unseen(std::string_view name, int flags) const;
  // O_PATH, of whatever stands there, the link itself included.
  Result<Fd> open_handle(std::string_view name) const;

  Result<Stat> stat() const;
  Result<Stat> stat(std::string_view name) const;
  Result<Stat> stat(const model::RelPath& path) const;
  Result<std::string> read_link(std::string_view name) const;
  Result<std::string> read_link(const model::RelPath& path) const;

  Result<> make_folder(std::string_view name, std::uint32_t mode) const;
  Result<> unlink(std::string_view name) const;
  Result<> unlink(const model::RelPath& path) const;
  Result<> remove_folder(std::string_view name) const;
  Result<> remove_folder(const model::RelPath& path) const;
  // `flags` as renameat2 (RENAME_NOREPLACE, RENAME_EXCHANGE).
  Result<> rename(std::string_view from, const Dir& to_folder, std::string_view to, unsigned flags = 0) const;
  Result<> link(std::string_view from, const Dir& to_folder, std::string_view to) const;

  // Does `folder` lie at or below this one now?
  Result<bool> holds(int folder) const;

  // Do new files get just the mode given at open (umask 0)? Not under a default
  // ACL. Looked up once.
  bool keeps_modes() const;
  // Whom new files in here belong to, once it was learnt from one; never known in a
  // set-gid folder, whose group may change.
  std::optional<Owner> fresh_owner() const;
  void learn_fresh_owner(Owner owner) const;

private:
  struct State;
  explicit Dir(std::shared_ptr<const State> state) : m_state(std::move(state)) {}
  Fd resolve(std::string_view path, int flags) const;
  Dir derive(Fd folder, std::string_view path) const;

  // Owners: every copy, and the Dirs opened below, which keep their root.
  std::shared_ptr<const State> m_state;
};

} // namespace godwit::fs
