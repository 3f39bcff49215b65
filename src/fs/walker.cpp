#include "walker.hpp"

#include <algorithm>

#include "godwit/base/assert.hpp"
#include "pruner.hpp"

namespace godwit::fs {
namespace {

// Larger buffers help only folders of more than some thousand names.
constexpr std::size_t buffer_bytes = 64U << 10U;
// Folders held open on the way down; the rest is opened again on the way up.
constexpr std::size_t max_open_levels = 200;

} // namespace

Walker::Walker(const WalkOptions& options, std::span<const Base> bases, const WalkCalls& calls)
    : m_options(options), m_bases(bases), m_calls(calls), m_scope(build_scope_tree(options.scope)),
      m_buffer(buffer_bytes)
{
  ASSERT(calls.entry);
  if (!bases.empty()) {
    m_links = bases.front().dir.links();
  }
}

bool
Walker::run()
{
  if (m_bases.empty()) {
    return true;
  }
  if (!enter_root()) {
    return false;
  }
  while (!m_levels.empty()) {
    Level& level = *m_levels.back();
    const Names folders = level.names.folders();
    if (level.next_folder == folders.size() || !is_ready(level)) {
      pop();
      continue;
    }
    const Names group = group_at(level, folders, level.next_folder);
    level.next_folder += group.size();
    if (!visit_folder(level, group)) {
      return false;
    }
  }
  return true;
}

bool
Walker::enter_root()
{
  auto level = take_level({}, &m_scope);
  std::optional<model::Entry> entry;
  for (const std::uint32_t base : m_scope.bases) {
    ASSERT(base < m_bases.size());
    const Dir& dir = m_bases[base].dir;
    Place place;
    place.base = base;
    auto stat = dir.stat();
    if (!stat) {
      failed({}, std::move(stat).error());
      continue;
    }
    place.stat = *stat;
    place.top_filesystem = stat->filesystem;
    place.is_covered = will_cover(place, &m_scope);
    auto folder = place.is_covered ? dir.open_listing({}) : dir.duplicate();
    if (!folder) {
      failed({}, std::move(folder).error());
      level->is_incomplete = true;
      place.is_covered = false;
      folder = dir.duplicate();
    }
    if (folder) {
      place.folder = *std::move(folder);
    }
    const bool is_usable = place.folder && (m_options.side == Side::dest || can_search(place));
    if (place.folder && !is_usable && !place.is_covered && !level->is_incomplete) {
      failed({}, sys_error("cannot enter folder " + label({}, base), EACCES));
    }
    if (!entry && is_usable && m_scope.has_item_in(base) && m_scope.item->is_listed) {
      entry = entry_of({}, place, *stat, m_options.side == Side::dest ? model::Entry::is_protected : 0);
    }
    level->places.push_back(std::move(place));
  }
  return enter(std::move(level), std::move(entry));
}

bool
Walker::visit_folder(const Level& parent, Names group)
{
  const std::string_view name = parent.names.text(group.front());
  const ScopeNode* node = parent.node != nullptr ? parent.node->child(name) : nullptr;
  model::RelPath path = parent.path.child(name);
  if (is_leftover(path)) {
    return true;
  }
  const Verdict verdict = judge(path, true, node);
  const bool is_implied_only = is_left_out(verdict); // by the items below it, which -R names
  if (is_implied_only && (node == nullptr || node->children.empty())) {
    return true;
  }
  auto level = take_level(std::move(path), node);
  std::optional<model::Entry> entry;
  for (const ListedName& listed : group) {
    const Place& from = parent.places[listed.place];
    auto place = open_place(parent, listed, *level);
    if (!place) {
      continue;
    }
    place->is_covered = place->is_covered && !is_implied_only;
    if (!entry && is_eligible(from, node)) {
      entry = entry_of(level->path, *place, place->stat, flags_for(from, verdict));
      if (place->is_mount) {
        entry->flags |= model::Entry::is_mount;
      }
      if (place->is_through_link) {
        entry->flags |= model::Entry::through_link;
        if (place->leads_outside) {
          entry->flags |= model::Entry::leads_outside;
        }
        auto target = read_target(from, real_name(parent, listed));
        entry->set_target(target ? *std::move(target) : std::string());
      }
    }
    if (place->folder) {
      level->places.push_back(*std::move(place));
    }
  }
  return enter(std::move(level), std::move(entry));
}

// Its own entry, then its names; its folders wait on the stack.
bool
Walker::enter(std::unique_ptr<Level> level, std::optional<model::Entry> entry)
{
  read_names(*level);
  adopt_leftovers(*level);
  if (entry) {
    if (level->is_incomplete) {
      entry->flags |= model::Entry::is_incomplete;
    }
    if (!m_calls.entry(*std::move(entry))) {
      return false;
    }
  }
  add_items(*level);
  settle_kinds(*level);
  level->names.sort();
  if (!visit_names(*level)) {
    return false;
  }
  report_missing(*level);
  level->names.keep_folders();
  push(std::move(level));
  return true;
}

std::unique_ptr<Level>
Walker::take_level(model::RelPath path, const ScopeNode* node)
{
  auto level = m_spare ? std::move(m_spare) : std::make_unique<Level>();
  level->path = std::move(path);
  level->node = node;
  level->places.clear();
  level->names.clear();
  level->next_folder = 0;
  level->is_incomplete = false;
  return level;
}

void
Walker::push(std::unique_ptr<Level> level)
{
  if (level->names.folders().empty()) {
    level->places.clear();
    m_spare = std::move(level);
    return;
  }
  m_levels.push_back(std::move(level));
  close_upper_levels();
}

void
Walker::pop()
{
  m_spare = std::move(m_levels.back());
  m_spare->places.clear();
  m_levels.pop_back();
  m_first_open = std::min(m_first_open, m_levels.size());
}

void
Walker::close_upper_levels()
{
  while (m_levels.size() - m_first_open > max_open_levels) {
    for (Place& place : m_levels[m_first_open]->places) {
      place.folder.reset();
    }
    ++m_first_open;
  }
}

// Opens what close_upper_levels() closed; false, and said, where the folders are no more the same.
bool
Walker::is_ready(Level& level)
{
  if (m_first_open < m_levels.size()) {
    return true;
  }
  for (Place& place : level.places) {
    const Base& base = m_bases[place.base];
    auto folder = base.dir.open_folder(base.real_path(level.path));
    auto stat = folder ? folder->stat() : Result<Stat>(folder.error());
    if (stat && !stat->is_same_file(place.stat)) {
      stat = make_error(ErrorKind::changed,
                        "cannot list " + label(level.path, place.base) + ": it was replaced meanwhile");
    }
    auto held = stat ? folder->duplicate() : Result<Fd>(stat.error());
    if (!held) {
      failed(level.path, std::move(held).error());
      return false;
    }
    place.folder = *std::move(held);
  }
  m_first_open = m_levels.size() - 1;
  return true;
}

bool
walk(const WalkOptions& options, std::span<const Base> bases, const WalkCalls& calls)
{
  if (!options.prune_empty_dirs) {
    return Walker(options, bases, calls).run();
  }
  Pruner pruner(calls.entry);
  WalkCalls pruned = calls;
  pruned.entry = [&](model::Entry&& entry) {
    return pruner.take(std::move(entry));
  };
  return Walker(options, bases, pruned).run();
}

} // namespace godwit::fs
