// What belongs to the listing, and how it is described.
#include <cerrno>

#include "godwit/fs/staged_name.hpp"
#include "walker.hpp"

namespace godwit::fs {

namespace {

// Less than this is what delayed allocation, compression or inline data leave out.
constexpr std::uint64_t sparse_slack = 64U << 10U;

} // namespace

bool
Walker::is_eligible(const Place& place, const ScopeNode* node) const
{
  return place.is_covered || (node != nullptr && node->has_item_in(place.base) && node->item->is_listed);
}

// Are all names of the folder `node` listed, which stands in `from`?
bool
Walker::will_cover(const Place& from, const ScopeNode* node) const
{
  if (m_options.depth == model::Depth::items) {
    return false;
  }
  const bool is_item = node != nullptr && node->has_item_in(from.base);
  return (is_item && node->item->contents) || (from.is_covered && m_options.depth == model::Depth::all);
}

Verdict
Walker::judge(const model::RelPath& path, bool is_folder, const ScopeNode* node) const
{
  if (!m_calls.judge || (node != nullptr && node->is_implied())) {
    return {};
  }
  return m_calls.judge(path, is_folder);
}

bool
Walker::is_left_out(const Verdict& verdict) const
{
  return verdict.hidden && (m_options.side == Side::source || (verdict.is_protected && !verdict.is_perishable));
}

bool
Walker::is_leftover(const model::RelPath& path) const
{
  if (m_options.side == Side::source || !is_staged_name(path.name())) {
    return false;
  }
  if (m_calls.leftover) {
    m_calls.leftover(path);
  }
  return true;
}

std::uint8_t
Walker::flags_for(const Place& place, const Verdict& verdict) const
{
  const bool is_protected = m_options.side == Side::dest ? verdict.is_protected || !place.is_covered
                                                         : verdict.is_protected && m_options.prune_empty_dirs;
  if (is_protected && place.is_covered && verdict.is_perishable && m_options.side == Side::dest) {
    return model::Entry::is_protected | model::Entry::is_perishable;
  }
  return is_protected ? static_cast<std::uint8_t>(model::Entry::is_protected) : std::uint8_t{0};
}

model::Entry
Walker::entry_of(model::RelPath path, const Place& place, const Stat& stat, std::uint8_t flags) const
{
  model::Entry entry;
  entry.path = std::move(path);
  entry.type = stat.type;
  entry.flags = flags;
  entry.mode = static_cast<std::uint16_t>(stat.mode & 07777U);
  entry.uid = stat.uid;
  entry.gid = stat.gid;
  entry.base = place.base;
  entry.mtime = stat.mtime;
  entry.size = stat.is_regular() || stat.is_folder() ? stat.size : 0;
  if (m_options.side == Side::source && stat.is_regular() && stat.allocated + sparse_slack < stat.size) {
    entry.flags |= model::Entry::is_sparse;
  }
  const bool is_device = stat.type == model::Type::char_device || stat.type == model::Type::block_device;
  entry.set_device(is_device ? stat.device : 0);
  return entry;
}

void
Walker::failed(const model::RelPath& path, Error error) const
{
  if (m_calls.failed) {
    m_calls.failed(path, std::move(error));
  }
}

void
Walker::vanished(const model::RelPath& path, std::uint32_t base) const
{
  if (m_options.side == Side::source) {
    Error error = sys_error("cannot look at " + label(path, base), ENOENT);
    error.kind = ErrorKind::vanished;
    failed(path, std::move(error));
  }
}

Error
Walker::look_failed(const model::RelPath& path, std::uint32_t base, int error) const
{
  const std::string object = label(path, base);
  if (error == 0) {
    return make_error(ErrorKind::changed, "cannot look at " + object + ": it was replaced meanwhile");
  }
  // It was there, but what it leads to is not: only under -L.
  return error == ENOENT ? Error{ErrorKind::system, ENOENT, "symlink has no referent: " + object, 0}
                         : sys_error("cannot look at " + object, error);
}

std::string
Walker::label(const model::RelPath& path, std::uint32_t base) const
{
  return m_bases[base].dir.label(m_bases[base].real_path(path));
}

std::optional<model::RelPath>
Base::renamed(const model::RelPath& listed) const
{
  const std::string_view path = listed.view();
  if (listed_name.empty() || !path.starts_with(listed_name)) {
    return std::nullopt;
  }
  if (path.size() != listed_name.size() && path[listed_name.size()] != '/') {
    return std::nullopt;
  }
  auto real = model::RelPath::parse(std::string(real_name).append(path.substr(listed_name.size())));
  if (!real) { // both were checked: only its length could be wrong
    return std::nullopt;
  }
  return *std::move(real);
}

} // namespace godwit::fs
