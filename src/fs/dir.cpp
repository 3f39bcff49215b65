#include "godwit/fs/dir.hpp"

#include <cerrno>
#include <climits>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "godwit/base/assert.hpp"
#include "godwit/base/escape.hpp"
#include "dir_state.hpp"
#include "kernel.hpp"

namespace godwit::fs {

namespace {

// A path to the kernel is shorter than this; longer ones are opened in pieces.
constexpr std::size_t max_piece_bytes = PATH_MAX - 1;

std::string
join(const std::string& label, std::string_view path)
{
  if (path.empty()) {
    return label;
  }
  if (label == "." || label.empty()) {
    return std::string(path);
  }
  return label + (label.back() == '/' ? "" : "/") + std::string(path);
}

Error
link_error(std::string what)
{
  if (errno == ELOOP) {
    return Error{ErrorKind::system, ELOOP, std::move(what) + ": a symbolic link stands there", 0};
  }
  return sys_error(std::move(what));
}

int
open_one(int folder, const std::string& path, int flags, Links links)
{
  if (links == Links::follow_all || links == Links::follow_folders) {
    return ::openat(folder, path.c_str(), flags | O_DIRECTORY | O_CLOEXEC);
  }
  return open_beneath(folder, path.c_str(), flags);
}

// A link in a path at the dest under -K: followed if it leads beneath the root.
int
follow_beneath(const void* context, int folder, const char* name)
{
  const auto& root = *static_cast<const Dir*>(context);
  Fd target(open_following(folder, name, O_PATH | O_DIRECTORY));
  if (!target) {
    return -1;
  }
  const auto is_held = root.holds(target.get());
  if (!is_held || !*is_held) {
    errno = ELOOP;
    return -1;
  }
  return target.release();
}

} // namespace

Result<Dir>
Dir::open_operand(const std::string& path, Links links)
{
  Fd folder(::open(path.empty() ? "." : path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) {
    return sys_error("cannot open '" + escape(path) + "'");
  }
  return adopt(std::move(folder), path.empty() ? "." : path, links);
}

Dir
Dir::adopt(Fd folder, std::string label, Links links)
{
  return Dir(std::make_shared<const State>(std::move(folder), std::move(label), links, nullptr));
}

Result<Dir>
Dir::with_named(const model::RelPath& path) const
{
  NamedFolders named = m_state->named;
  named.add(fd(), path.str());
  if (named.is_empty()) {
    return *this;
  }
  TRY_ASSIGN(Fd folder, duplicate());
  auto state = std::make_shared<State>(std::move(folder), m_state->label, m_state->links, nullptr);
  state->named = std::move(named);
  return Dir(std::move(state));
}

int
Dir::named(const model::RelPath& path) const
{
  return m_state->named.find(path.view());
}

std::vector<int>
Dir::named() const
{
  return m_state->named.all();
}

Dir
Dir::with_links(Links links) const
{
  auto copy = m_state->folder.duplicate();
  ASSERT(copy); // fails only where descriptors are used up
  return adopt(*std::move(copy), m_state->label, links);
}

int
Dir::fd() const
{
  return m_state->folder.get();
}

Links
Dir::links() const
{
  return m_state->links;
}

Result<Fd>
Dir::duplicate() const
{
  return m_state->folder.duplicate();
}

std::string
Dir::label(std::string_view name) const
{
  std::string quoted = "'";
  quoted += escape(join(m_state->label, name));
  quoted += '\'';
  return quoted;
}

Dir
Dir::derive(Fd folder, std::string_view path) const
{
  auto root = m_state->root ? m_state->root : m_state;
  return Dir(std::make_shared<const State>(std::move(folder), join(m_state->label, path), m_state->links,
                                           std::move(root)));
}

Fd
Dir::resolve(std::string_view path, int flags) const
{
  Fd held;
  const int start = m_state->named.nearest(fd(), path);
  while (true) {
    const bool is_last = path.size() <= max_piece_bytes;
    const std::size_t length = is_last ? path.size() : path.rfind('/', max_piece_bytes);
    const std::string piece = path.empty() ? "." : std::string(path.substr(0, length));
    const int from = held ? held.get() : start;
    const int piece_flags = is_last ? flags : O_PATH;
    Fd next(open_one(from, piece, piece_flags, m_state->links));
    if (!next && errno == ELOOP && m_state->links == Links::beneath) {
      const Dir root(m_state->root ? m_state->root : m_state);
      next = Fd(open_by_component(from, piece, O_PATH, follow_beneath, &root));
      if (next && piece_flags != O_PATH) {
        next = Fd(::openat(next.get(), ".", piece_flags | O_DIRECTORY | O_CLOEXEC));
      }
    }
    if (!next || is_last) {
      return next;
    }
    held = std::move(next);
    path.remove_prefix(length + 1);
  }
}

Result<Dir>
Dir::open_folder(const model::RelPath& path) const
{
  if (path.is_root()) {
    return *this;
  }
  Fd folder = resolve(path.view(), O_PATH);
  if (!folder) {
    return link_error("cannot open folder " + label(path));
  }
  return derive(std::move(folder), path.view());
}

Result<Dir>
Dir::open_folder(std::string_view name) const
{
  ASSERT(model::RelPath::is_valid_name(name));
  Fd folder = resolve(name, O_PATH);
  if (!folder) {
    return link_error("cannot open folder " + label(name));
  }
  return derive(std::move(folder), name);
}

Result<Dir>
Dir::open_readable_folder(std::string_view name, std::string_view shown_as) const
{
  ASSERT(model::RelPath::is_valid_name(name));
  Fd folder = resolve(name, O_RDONLY);
  if (!folder) {
    return link_error("cannot open folder " + label(shown_as));
  }
  return derive(std::move(folder), shown_as);
}

Result<Fd>
Dir::open_listing(const model::RelPath& path) const
{
  Fd folder = resolve(path.view(), O_RDONLY);
  if (!folder) {
    return link_error("cannot open folder " + label(path));
  }
  return folder;
}

Result<Fd>
Dir::open_unseen(std::string_view name, int flags) const
{
  const int follow = m_state->links == Links::follow_all ? 0 : O_NOFOLLOW;
  Fd file(::openat(fd(), CName(name).c_str(), flags | follow | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file) {
    return link_error("cannot open " + label(name));
  }
  return file;
}

Result<OpenedFile>
Dir::open_and_stat(std::string_view name, int flags) const
{
  TRY_ASSIGN(Fd file, open_unseen(name, flags));
  struct ::statx from{};
  if (::statx(file.get(), empty_path, AT_EMPTY_PATH, STATX_BASIC_STATS, &from) != 0) {
    return sys_error("cannot look at " + label(name));
  }
  if (!S_ISREG(from.stx_mode)) {
    return make_error(ErrorKind::unsupported, "cannot open " + label(name) + ": not a regular file");
  }
  return OpenedFile{std::move(file), to_stat(from)};
}

Result<Fd>
Dir::open_file(std::string_view name, int flags) const
{
  TRY_ASSIGN(OpenedFile opened, open_and_stat(name, flags));
  return std::move(opened.fd);
}

Result<Fd>
Dir::open_file(const model::RelPath& path, int flags) const
{
  TRY_ASSIGN(const Dir parent, open_folder(path.parent()));
  return parent.open_file(path.name(), flags);
}

Result<Fd>
Dir::open_handle(std::string_view name) const
{
  Fd handle(::openat(fd(), CName(name).c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!handle) {
    return sys_error("cannot open " + label(name));
  }
  return handle;
}

Result<Stat>
Dir::stat() const
{
  return stat_fd(fd(), label());
}

Result<Stat>
Dir::stat(std::string_view name) const
{
  const int follow = m_state->links == Links::follow_all ? 0 : AT_SYMLINK_NOFOLLOW;
  struct ::statx from{};
  if (::statx(fd(), CName(name).c_str(), follow | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &from) != 0) {
    return sys_error("cannot look at " + label(name));
  }
  return to_stat(from);
}

Result<Stat>
Dir::stat(const model::RelPath& path) const
{
  if (path.is_root()) {
    return stat();
  }
  TRY_ASSIGN(const Dir parent, open_folder(path.parent()));
  return parent.stat(path.name());
}

Result<std::string>
Dir::read_link(std::string_view name) const
{
  char target[PATH_MAX];
  const ssize_t length = ::readlinkat(fd(), CName(name).c_str(), target, sizeof target);
  if (length == -1) {
    return sys_error("cannot read link " + label(name));
  }
  return std::string(target, static_cast<std::size_t>(length));
}

Result<std::string>
Dir::read_link(const model::RelPath& path) const
{
  TRY_ASSIGN(const Dir parent, open_folder(path.parent()));
  return parent.read_link(path.name());
}

} // namespace godwit::fs
