// The non-folders of one level.
#include <cerrno>

#include "walker.hpp"

namespace godwit::fs {

Walker::Names
Walker::group_at(const Level& level, Names names, std::size_t at)
{
  std::size_t end = at + 1;
  if (level.places.size() > 1) {
    const std::string_view name = level.names.text(names[at]);
    while (end < names.size() && level.names.text(names[end]) == name) {
      ++end;
    }
  }
  return names.subspan(at, end - at);
}

bool
Walker::visit_names(const Level& level)
{
  const Names names = level.names.non_folders();
  for (std::size_t at = 0; at < names.size();) {
    const Names group = group_at(level, names, at);
    at += group.size();
    if (!visit_name(level, group)) {
      return false;
    }
  }
  return true;
}

bool
Walker::visit_name(const Level& level, Names group)
{
  const std::string_view text = level.names.text(group.front());
  const ScopeNode* node = level.node != nullptr ? level.node->child(text) : nullptr;
  for (const ListedName& name : group) {
    const Place& place = level.places[name.place];
    if (!is_eligible(place, node)) {
      continue;
    }
    model::RelPath path = level.path.child(text);
    if (is_leftover(path)) {
      return true;
    }
    const Verdict verdict = judge(path, false, node);
    if (is_left_out(verdict) || has_folder_before(level, name, path)) {
      return true;
    }
    return give_name(level, name, std::move(path), flags_for(place, verdict));
  }
  return true;
}

// Where folders are united, another one may hold a folder of that name: it wins.
bool
Walker::has_folder_before(const Level& level, const ListedName& name, const model::RelPath& path) const
{
  const std::string_view text = level.names.text(name);
  if (level.places.size() < 2 || !level.names.has(text, true)) {
    return false;
  }
  return !is_left_out(judge(path, true, level.node != nullptr ? level.node->child(text) : nullptr));
}

bool
Walker::give_name(const Level& level, const ListedName& name, model::RelPath path, std::uint8_t flags)
{
  const Place& place = level.places[name.place];
  const char* real = real_name(level, name);
  const bool follow = m_links == Links::follow_all;
  auto stat = look_at(place, real, follow);
  if (!stat && stat.error().errno_value == ENOENT && !(follow && look_at(place, real, false))) {
    vanished(path, place.base);
    return true;
  }
  if (!stat && follow && is_left_out(judge(path, true, nullptr))) {
    return true; // a link that leads nowhere could have been a folder: a rule that hides one hides it
  }
  if (!stat || stat->is_folder()) {
    failed(path, look_failed(path, place.base, stat ? 0 : stat.error().errno_value));
    return give_unknown(place, std::move(path), flags);
  }
  model::Entry entry = entry_of(std::move(path), place, *stat, flags);
  if (entry.type == model::Type::symlink) {
    auto target = read_target(place, real);
    if (!target) {
      failed(entry.path, look_failed(entry.path, place.base, target.error().errno_value));
      return give_unknown(place, std::move(entry.path), flags);
    }
    entry.set_target(*std::move(target));
  }
  if (m_calls.digest && entry.is_regular()) {
    if (const auto digest = m_calls.digest(place.folder.get(), real, *stat)) {
      entry.set_digest(*digest);
    }
  }
  return m_calls.entry(std::move(entry));
}

bool
Walker::give_unknown(const Place& place, model::RelPath path, std::uint8_t flags)
{
  model::Entry entry;
  entry.path = std::move(path);
  entry.type = model::Type::unknown;
  entry.flags = flags;
  entry.base = place.base;
  return m_calls.entry(std::move(entry));
}

// Items that are nowhere. At the dest they are to be made.
void
Walker::report_missing(const Level& level) const
{
  if (level.node == nullptr || m_options.side == Side::dest) {
    return;
  }
  for (const ScopeNode& child : level.node->children) {
    if (level.names.has(child.name, true)) {
      continue;
    }
    const model::RelPath path = level.path.child(child.name);
    if (!level.names.has(child.name, false)) {
      vanished(path, child.bases.front());
    } else if (!child.children.empty()) {
      failed(path, sys_error("cannot list " + label(path, child.bases.front()), ENOTDIR));
    }
  }
}

} // namespace godwit::fs
