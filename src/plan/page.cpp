#include "godwit/plan/page.hpp"

#include <algorithm>
#include <utility>

#include "godwit/base/assert.hpp"

namespace godwit::plan
{

using model::Entry;
using model::Side;
using model::Type;

std::optional<Recipe>
Recipe::from(const PlanRules& rules)
{
  const CompareRules& compare = rules.compare;
  const bool reads_file_times = !compare.checksum && !compare.size_only;
  const bool names_folders = rules.depth == model::Depth::items; // it says of each that it skips it
  if (rules.reports_up_to_date || names_folders || (compare.ignore_times && reads_file_times)) {
    return std::nullopt;
  }
  return Recipe{.file_times = compare.times || reads_file_times,
                .folder_times = keeps_time(Type::folder, compare),
                .other_times = compare.times,
                .perms = compare.perms,
                .owner = compare.owner,
                .group = compare.group,
                .checksum = compare.checksum,
                .links = rules.links,
                .devices = rules.devices,
                .specials = rules.specials,
                .grain_ns = compare.grain_ns};
}

PageBuilder::PageBuilder(const Recipe& recipe, Side side, const HashKey& key)
    : m_recipe(recipe), m_side(side), m_key(key)
{
}

void
PageBuilder::append_number(std::uint64_t value)
{
  const std::size_t at = m_records.size();
  m_records.resize(at + sizeof value);
  store_le(m_records.data() + at, value);
}

void
PageBuilder::append_time(const model::Time& time)
{
  append_number(static_cast<std::uint64_t>(time.seconds));
  append_number(time.nanoseconds - time.nanoseconds % m_recipe.grain_ns);
}

OwnerIds
PageBuilder::owner_of(const Entry& entry) const
{
  return {m_recipe.owner ? entry.uid : 0, m_recipe.group ? entry.gid : 0};
}

void
PageBuilder::append_file(const Entry& entry)
{
  append_number(entry.size);
  if (m_recipe.file_times) {
    append_time(entry.mtime);
  }
  if (m_recipe.checksum) {
    append_number(entry.digest().low);
    append_number(entry.digest().high);
    m_hashed_bytes += entry.size;
  }
}

bool
PageBuilder::is_never_equal(const Entry& entry) const
{
  if (entry.has(Entry::is_incomplete)) {
    return true;
  }
  const bool is_source = m_side == Side::source;
  switch (entry.type) {
  case Type::regular:
    return m_recipe.checksum && entry.digest() == Hash128{};
  case Type::folder:
    // What the dest has in a mount point stays; of a folder behind a link the link is listed, too, and goes
    // with it.
    return is_source ? entry.has(Entry::is_mount) : entry.has(Entry::through_link);
  case Type::symlink:
    return is_source && !m_recipe.links;
  case Type::fifo:
  case Type::socket:
    return is_source && !m_recipe.specials;
  case Type::char_device:
  case Type::block_device:
    return is_source && !m_recipe.devices;
  case Type::unknown:
    break;
  }
  return true;
}

// Every field is of fixed length or follows its length, and which ones there are is told by type and recipe:
// two listings with the same records are the same.
void
PageBuilder::append_record(const Entry& entry, std::uint32_t owner_number)
{
  append_number(entry.path.view().size() << 8U | static_cast<std::uint64_t>(entry.type));
  append(m_records, as_bytes(entry.path.view()));
  if (m_recipe.perms && entry.type != Type::symlink) {
    append_number(entry.mode & 07777U);
  }
  if (m_recipe.owner || m_recipe.group) {
    append_number(owner_number);
  }
  if (entry.is_regular()) {
    append_file(entry);
  } else if (entry.is_folder() ? m_recipe.folder_times : m_recipe.other_times) {
    append_time(entry.mtime);
  }
  if (entry.type == Type::symlink) {
    append_number(entry.target().size());
    append(m_records, as_bytes(entry.target()));
  } else if (entry.type == Type::char_device || entry.type == Type::block_device) {
    append_number(entry.device());
  }
}

void
PageBuilder::add(const Entry& entry)
{
  add(entry, owner_of(entry));
}

void
PageBuilder::add(const Entry& entry, const OwnerIds& owner)
{
  m_page.is_comparable = m_page.is_comparable && !is_never_equal(entry);
  const bool has_owner = m_recipe.owner || m_recipe.group;
  append_record(entry, has_owner ? number_owner(m_page.owners, owner) : 0);
  m_page.last = entry.path;
  m_page.last_is_folder = entry.is_folder();
  ++m_page.count;
}

std::uint64_t
PageBuilder::hash_alone(const Entry& entry, std::uint32_t owner_number)
{
  ASSERT(m_page.count == 0);
  append_record(entry, owner_number);
  if (is_never_equal(entry)) {
    append_number(m_side == Side::source ? 1 : 2);
  }
  const std::uint64_t hash = m_key.hash64(m_records);
  m_records.clear();
  m_hashed_bytes = 0;
  return hash;
}

bool
PageBuilder::is_full() const
{
  return m_page.count >= max_entries || m_records.size() >= max_record_bytes ||
         m_hashed_bytes >= max_hashed_bytes;
}

PageSummary
PageBuilder::finish()
{
  m_page.digest = m_key.hash128(m_records);
  m_records.clear();
  m_hashed_bytes = 0;
  return std::exchange(m_page, {});
}

std::uint32_t
number_owner(std::vector<OwnerIds>& table, const OwnerIds& ids)
{
  const auto found = std::find(table.rbegin(), table.rend(), ids); // mostly the last one
  if (found != table.rend()) {
    return static_cast<std::uint32_t>(table.rend() - found - 1);
  }
  table.push_back(ids);
  return static_cast<std::uint32_t>(table.size() - 1);
}

bool
is_past(const Entry& entry, const PageSummary& page)
{
  return listing_order(page.last, page.last_is_folder, entry.path, entry.is_folder()) < 0;
}

bool
same_owners(std::span<const OwnerIds> source, std::span<const OwnerIds> dest)
{
  const auto fits = [](std::uint32_t wanted, std::uint32_t there) {
    return wanted == model::keep_id || wanted == there;
  };
  return std::equal(
      source.begin(), source.end(), dest.begin(), dest.end(),
      [&](const OwnerIds& a, const OwnerIds& b) { return fits(a.uid, b.uid) && fits(a.gid, b.gid); });
}

bool
same_page(const PageSummary& source, const PageSummary& dest, std::span<const OwnerIds> mapped_source_owners)
{
  return source.is_comparable && dest.is_comparable && source.count == dest.count &&
         source.digest == dest.digest && same_owners(mapped_source_owners, dest.owners);
}

} // namespace godwit::plan
