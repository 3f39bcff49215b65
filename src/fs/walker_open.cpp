// What the walk asks of the disk.
#include <algorithm>
#include <cerrno>
#include <climits>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "godwit/fs/staged_name.hpp"
#include "kernel.hpp"
#include "walker.hpp"

namespace godwit::fs {
namespace {

constexpr unsigned stat_mask =
    STATX_TYPE | STATX_MODE | STATX_UID | STATX_GID | STATX_SIZE | STATX_MTIME | STATX_INO;

NameKind
kind_for(const Stat& stat)
{
  switch (stat.type) {
  case model::Type::folder: return NameKind::folder;
  case model::Type::symlink: return NameKind::link;
  default: return NameKind::non_folder;
  }
}

} // namespace

void
Walker::read_names(Level& level)
{
  for (std::uint32_t i = 0; i < level.places.size(); ++i) {
    Place& place = level.places[i];
    if (!place.is_covered) {
      continue;
    }
    if (const int error = level.names.read(place.folder.get(), i, m_buffer); error != 0) {
      failed(level.path, sys_error("cannot read folder " + label(level.path, place.base), error));
      level.is_incomplete = true;
    } else {
      place.is_read = true;
    }
  }
}

void
Walker::adopt_leftovers(Level& level)
{
  if (!m_calls.adopt || m_options.side == Side::source) {
    return;
  }
  const std::size_t count = level.names.all().size();
  for (std::size_t i = 0; i < count; ++i) {
    const ListedName name = level.names.all()[i];
    if (name.kind != NameKind::folder || !is_staged_name(level.names.text(name))) {
      continue;
    }
    const std::string staged(level.names.text(name)); // add() moves the names
    if (m_calls.adopt(level.path.child(staged))) {
      level.names.add(target_of_staged(staged), name.place, NameKind::folder);
    }
  }
}

// Items in places whose names were not read.
void
Walker::add_items(Level& level)
{
  if (level.node == nullptr) {
    return;
  }
  for (const ScopeNode& child : level.node->children) {
    for (std::uint32_t i = 0; i < level.places.size(); ++i) {
      const Place& place = level.places[i];
      if (place.is_read || !std::ranges::binary_search(child.bases, place.base)) {
        continue;
      }
      const auto stat = look_at(place, real_name(level, place, child.name.c_str()), false);
      if (stat) {
        level.names.add(child.name, i, kind_for(*stat));
      } else if (stat.error().errno_value != ENOENT && stat.error().errno_value != ENOTDIR) {
        level.names.add(child.name, i, NameKind::non_folder); // fails once more, and is reported then
      }
    }
  }
}

// What sorting needs to know: is it a folder? Under -K a link to a folder is both.
void
Walker::settle_kinds(Level& level)
{
  for (std::uint32_t i = 0; i < level.places.size(); ++i) {
    if (cannot_search(level, i)) {
      for (ListedName& name : level.names.all()) {
        name.kind = name.place == i ? NameKind::non_folder : name.kind;
      }
    }
  }
  const std::size_t count = level.names.all().size();
  for (std::size_t i = 0; i < count; ++i) {
    ListedName& name = level.names.all()[i];
    if (name.kind == NameKind::link && level.node != nullptr &&
        named(level.places[name.place], level.path.child(level.names.text(name))) != -1) {
      name.kind = NameKind::folder;
    }
    const bool is_open =
        name.kind == NameKind::unknown || (name.kind == NameKind::link && m_links != Links::refuse);
    if (!is_open) {
      continue;
    }
    const Place& place = level.places[name.place];
    name.kind = kind_of(place, real_name(level, name), name.kind);
    if (name.kind == NameKind::link && m_links == Links::beneath &&
        leads_to_folder(place, real_name(level, name))) {
      level.names.add(std::string(level.names.text(name)), name.place, NameKind::folder);
    }
  }
}

// r without x: the names are known, and nothing else.
bool
Walker::cannot_search(const Level& level, std::uint32_t place) const
{
  return level.places[place].is_read && !can_search(level.places[place]);
}

bool
Walker::can_search(const Place& place) const
{
  return (place.stat.mode & 0111U) == 0111U || ::faccessat(place.folder.get(), ".", X_OK, AT_EACCESS) == 0 ||
         errno != EACCES;
}

// A folder that the user named, and that a link leads to: as Dir's. At the dest there is none.
int
Walker::named(const Place& place, const model::RelPath& path) const
{
  return m_bases[place.base].dir.named(path);
}

NameKind
Walker::kind_of(const Place& place, const char* real_name, NameKind hint) const
{
  if (hint == NameKind::unknown) {
    const auto stat = look_at(place, real_name, false);
    hint = stat ? kind_for(*stat) : NameKind::non_folder;
  }
  const bool is_followed = hint == NameKind::link && follows();
  return is_followed && leads_to_folder(place, real_name) ? NameKind::folder : hint;
}

bool
Walker::leads_to_folder(const Place& place, const char* real_name) const
{
  const auto stat = look_at(place, real_name, true);
  return stat && stat->is_folder();
}

Result<Stat>
Walker::look_at(const Place& place, const char* real_name, bool follow) const
{
  struct ::statx from{};
  const int flags = (follow ? 0 : AT_SYMLINK_NOFOLLOW) | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC;
  if (::statx(place.folder.get(), real_name, flags, stat_mask, &from) != 0) {
    return Error{ErrorKind::system, errno, {}, 0};
  }
  return to_stat(from);
}

Result<std::string>
Walker::read_target(const Place& place, const char* real_name) const
{
  char target[PATH_MAX];
  const ssize_t length = ::readlinkat(place.folder.get(), real_name, target, sizeof target);
  if (length == -1) {
    return Error{ErrorKind::system, errno, {}, 0};
  }
  return std::string(target, static_cast<std::size_t>(length));
}

Fd
Walker::open_folder(const Place& from, const char* real_name, const Level& level, int flags) const
{
  if (const int folder = named(from, level.path); folder != -1) {
    return Fd(::openat(folder, ".", flags | O_DIRECTORY | O_CLOEXEC));
  }
  const int no_follow = follows() ? 0 : O_NOFOLLOW;
  return Fd(::openat(from.folder.get(), real_name, flags | no_follow | O_DIRECTORY | O_CLOEXEC));
}

// A rule hides it: what -R implies of it comes, the rest does not.
bool
Walker::is_only_implied(const Level& level) const
{
  return level.node != nullptr && level.node->is_implied() && is_left_out(judge(level.path, true, nullptr));
}

// Nothing where it is not to be listed, or is gone.
std::optional<Place>
Walker::open_place(const Level& parent, const ListedName& name, Level& level)
{
  const Place& from = parent.places[name.place];
  const bool is_item = level.node != nullptr && level.node->has_item_in(from.base);
  const bool leads_on = level.node != nullptr && level.node->leads_to(from.base);
  if (!from.is_covered && !is_item && !leads_on) {
    return std::nullopt;
  }
  const char* real = real_name(parent, name);
  Place made;
  made.base = from.base;
  const bool is_named = named(from, level.path) != -1;
  const bool is_contents = is_item && level.node->item->contents;
  // Else the link itself is what lies there.
  made.is_covered = (is_contents || !is_named) && will_cover(from, level.node) && !is_only_implied(level);
  made.top_filesystem = from.top_filesystem;
  if (m_options.one_file_system && !is_item) {
    const auto stat = look_at(from, real, follows());
    if (stat && stat->is_folder() && stat->filesystem != from.top_filesystem) {
      made.stat = *stat;
      made.is_mount = true;
      return made;
    }
  }
  const bool is_entered = made.is_covered || leads_on || is_named;
  if (m_links == Links::beneath) {
    const auto stat = look_at(from, real, false);
    if (stat && stat->type == model::Type::symlink) {
      return open_through_link(from, real, level, made) ? std::optional(std::move(made)) : std::nullopt;
    }
  }
  if (!(is_entered ? open_and_look(from, real, level, made) : look(from, real, level, made))) {
    return std::nullopt;
  }
  if (is_item) {
    made.top_filesystem = made.stat.filesystem;
  }
  return made;
}

// Opens it if that is possible; it is listed even where it is not.
bool
Walker::open_and_look(const Place& from, const char* real_name, Level& level, Place& made) const
{
  made.folder = open_folder(from, real_name, level, made.is_covered ? O_RDONLY : O_PATH);
  const int error = errno;
  if (!made.folder) {
    const bool is_there = look(from, real_name, level, made);
    if (!is_there) {
      return false;
    }
    failed(level.path, sys_error("cannot open folder " + label(level.path, from.base), error));
    level.is_incomplete = true;
    made.is_covered = false;
    // Items below it can be reached even where it cannot be listed.
    made.folder = open_folder(from, real_name, level, O_PATH);
    return true;
  }
  const auto stat = stat_fd(made.folder.get(), {});
  if (!stat) {
    return false;
  }
  made.stat = *stat;
  if (follows() && is_loop(made)) {
    failed(level.path, sys_error("cannot enter folder " + label(level.path, from.base), ELOOP));
    level.is_incomplete = true;
    made.folder.reset();
  }
  return true;
}

// -K. What the link leads to is looked into, unless that lies outside or is being walked already: whether the
// source has such a folder is not known here.
bool
Walker::open_through_link(const Place& from, const char* real_name, Level& level, Place& made) const
{
  Fd target(open_following(from.folder.get(), real_name, O_PATH | O_DIRECTORY));
  const auto stat = target ? stat_fd(target.get(), {}) : Result<Stat>(sys_error("cannot open folder"));
  if (!stat) {
    return false; // the link itself is listed
  }
  made.stat = *stat;
  made.is_through_link = true;
  const auto is_held = m_bases[from.base].dir.holds(target.get());
  made.leads_outside = !is_held || !*is_held;
  if (made.leads_outside || is_loop(made)) {
    return true;
  }
  if (made.is_covered) {
    made.folder = Fd(::openat(target.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  if (made.is_covered && !made.folder) {
    failed(level.path, sys_error("cannot open folder " + label(level.path, from.base), errno));
    level.is_incomplete = true;
    made.is_covered = false;
  }
  if (!made.folder) {
    made.folder = std::move(target);
  }
  return true;
}

bool
Walker::look(const Place& from, const char* real_name, Level& level, Place& made) const
{
  const auto stat = look_at(from, real_name, follows());
  if (stat && stat->is_folder()) {
    made.stat = *stat;
    return true;
  }
  if (!stat && stat.error().errno_value == ENOENT) {
    vanished(level.path, from.base);
  } else {
    failed(level.path, look_failed(level.path, from.base, stat ? 0 : stat.error().errno_value));
  }
  return false;
}

// Does a followed link lead back to a folder that is being walked?
bool
Walker::is_loop(const Place& place) const
{
  return std::ranges::any_of(m_levels, [&](const auto& level) {
    return std::ranges::any_of(level->places, [&](const Place& above) {
      return above.base == place.base && above.stat.is_same_file(place.stat);
    });
  });
}

const char*
Walker::real_name(const Level& level, const ListedName& name) const
{
  return real_name(level, level.places[name.place], level.names.c_str(name));
}

const char*
Walker::real_name(const Level& level, const Place& place, const char* name) const
{
  const Base& base = m_bases[place.base];
  return level.path.is_root() && !base.listed_name.empty() && base.listed_name == name
             ? base.real_name.c_str()
             : name;
}

} // namespace godwit::fs
