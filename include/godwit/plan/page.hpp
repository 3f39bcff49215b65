#pragma once
// Pages of a listing: both sides digest the same stretch, and where the digests are equal nothing in it needs
// to be sent.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "godwit/base/bytes.hpp"
#include "godwit/base/hash.hpp"
#include "godwit/model/entry.hpp"
#include "godwit/model/side.hpp"
#include "godwit/plan/planner.hpp"

namespace godwit::plan
{

// What digests cover: what compare() looks at. Equal digests and owners mean that a plan would do nothing.
struct Recipe {
  // Of this text of the digest: both sides need the same.
  static constexpr std::uint32_t number = 1;

  bool file_times = false; // of regular files: read by the quick check, with -t or without
  bool folder_times = false;
  bool other_times = false; // of links and nodes
  bool perms = false;
  bool owner = false;
  bool group = false;
  bool checksum = false;
  // Types that are not kept must be reported, so a page of the source that holds one is never equal.
  bool links = false;
  bool devices = false;
  bool specials = false;
  std::uint32_t grain_ns = 1; // of the dest's times

  // Nothing where pages may not be compared, for equal entries are to be reported or sent (-I).
  static std::optional<Recipe> from(const PlanRules& rules);
};

struct OwnerIds {
  std::uint32_t uid = 0; // 0 without -o
  std::uint32_t gid = 0; // 0 without -g
  bool operator==(const OwnerIds&) const = default;
};

struct PageSummary {
  model::RelPath last;
  bool last_is_folder = false;
  std::uint32_t count = 0;
  bool is_comparable = true; // false: never equal
  Hash128 digest;
  std::vector<OwnerIds> owners; // by first appearance, for the digest holds their numbers only
};

// Digests one side's listing page by page, an entry of the source as it should be at the dest, one of the
// dest as it is. Keeps a reference to the key. Used by one thread.
class PageBuilder
{
public:
  static constexpr std::uint32_t max_entries = 512;
  static constexpr std::uint64_t max_hashed_bytes = 1U << 30U; // of contents under -c
  static constexpr std::size_t max_record_bytes = 1U << 20U;

  PageBuilder(const Recipe& recipe, model::Side side, const HashKey& key);

  void add(const model::Entry& entry);
  // The entry as if it were `owner`'s.
  void add(const model::Entry& entry, const OwnerIds& owner);
  // What the recipe covers of them.
  OwnerIds owner_of(const model::Entry& entry) const;
  // Of the record of an entry by itself, its owner by a number; of what is never equal another on each side.
  // Only while the page is empty.
  std::uint64_t hash_alone(const model::Entry& entry, std::uint32_t owner_number);
  std::uint32_t
  count() const
  {
    return m_page.count;
  }
  // Whether the side that makes the pages ends one here. The other side ends it behind the page's last path.
  bool is_full() const;
  // Gives the page and begins the next.
  PageSummary finish();
  const HashKey&
  key() const
  {
    return m_key;
  }

private:
  void append_record(const model::Entry& entry, std::uint32_t owner_number);
  void append_file(const model::Entry& entry);
  void append_time(const model::Time& time);
  void append_number(std::uint64_t value);
  bool is_never_equal(const model::Entry& entry) const;

  Recipe m_recipe;
  model::Side m_side;
  const HashKey& m_key;
  PageSummary m_page;
  Bytes m_records;
  std::uint64_t m_hashed_bytes = 0;
};

// Where `ids` stand in a table by first appearance, to which they are added where they are new.
std::uint32_t number_owner(std::vector<OwnerIds>& table, const OwnerIds& ids);

// Whether an entry belongs behind the page.
bool is_past(const model::Entry& entry, const PageSummary& page);

// `source`'s owners as the dest would set them, keep_id where it would not.
bool same_owners(std::span<const OwnerIds> source, std::span<const OwnerIds> dest);

// Whether nothing is to be done in the stretch; both end at the same path.
bool same_page(const PageSummary& source, const PageSummary& dest,
               std::span<const OwnerIds> mapped_source_owners);

} // namespace godwit::plan
