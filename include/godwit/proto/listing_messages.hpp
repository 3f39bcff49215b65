#pragma once
// What is there: scans, entries, pages, owners. Order and roles: messages.hpp.

#include <cstdint>
#include <string>
#include <vector>

#include "godwit/proto/codec.hpp"
#include "godwit/proto/tags.hpp"

namespace godwit::proto {

// What a listing's digests cover; the same on both sides (plan::Recipe).
struct Recipe {
  std::uint32_t number = 0; // 0: no pages, entries only
  bool file_times = false;
  bool folder_times = false;
  bool other_times = false;
  bool perms = false;
  bool owner = false;
  bool group = false;
  bool checksum = false;
  bool links = false;
  bool devices = false;
  bool specials = false;
  std::uint32_t grain_ns = 1;
  static constexpr auto fields()
  {
    return std::tuple{field("number", &Recipe::number),           field("file_times", &Recipe::file_times),
                      field("folder_times", &Recipe::folder_times), field("other_times", &Recipe::other_times),
                      field("perms", &Recipe::perms),             field("owner", &Recipe::owner),
                      field("group", &Recipe::group),             field("checksum", &Recipe::checksum),
                      field("links", &Recipe::links),             field("devices", &Recipe::devices),
                      field("specials", &Recipe::specials),       field("grain_ns", &Recipe::grain_ns)};
  }
};

struct Scan {
  static constexpr Tag tag = Tag::scan;
  model::Scope scope;
  model::Depth depth = model::Depth::items;
  std::vector<model::FilterRule> rules;
  bool delete_excluded = false;
  bool one_file_system = false;
  bool prune_empty = false;
  bool checksum = false; // entries of regular files carry digests
  Recipe recipe;
  std::string listed_name; // the single item's new name, and what it is called at the source, where rules look
  std::string real_name;
  bool of_opened = false; // source: the scope is what Open's operands became; sent with it
  static constexpr auto fields()
  {
    return std::tuple{field("scope", &Scan::scope, max_operands * 4),
                      field("depth", &Scan::depth),
                      field("rules", &Scan::rules, 65536),
                      field("delete_excluded", &Scan::delete_excluded),
                      field("one_file_system", &Scan::one_file_system),
                      field("prune_empty", &Scan::prune_empty),
                      field("checksum", &Scan::checksum),
                      field("recipe", &Scan::recipe),
                      field("listed_name", &Scan::listed_name, 255),
                      field("real_name", &Scan::real_name, 255),
                      field("of_opened", &Scan::of_opened)};
  }
};

struct OwnerName {
  std::uint32_t id = 0;
  std::string name; // empty: none
  static constexpr auto fields()
  {
    return std::tuple{field("id", &OwnerName::id), field("name", &OwnerName::name, 256)};
  }
};

// Source: names of ids, before the first entry or page that uses them.
struct Owners {
  static constexpr Tag tag = Tag::owners;
  std::vector<OwnerName> users;
  std::vector<OwnerName> groups;
  static constexpr auto fields()
  {
    return std::tuple{field("users", &Owners::users, 4096), field("groups", &Owners::groups, 4096)};
  }
};

struct OwnerPair {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  bool operator==(const OwnerPair&) const = default;
  static constexpr auto fields() { return std::tuple{field("uid", &OwnerPair::uid), field("gid", &OwnerPair::gid)}; }
};

// Counts of what a stretch of a listing holds.
struct ListCounts {
  std::uint64_t regular = 0;
  std::uint64_t folders = 0;
  std::uint64_t symlinks = 0;
  std::uint64_t devices = 0;
  std::uint64_t specials = 0;
  std::uint64_t bytes = 0; // of regular files and link targets
  static constexpr auto fields()
  {
    return std::tuple{field("regular", &ListCounts::regular),   field("folders", &ListCounts::folders),
                      field("symlinks", &ListCounts::symlinks), field("devices", &ListCounts::devices),
                      field("specials", &ListCounts::specials), field("bytes", &ListCounts::bytes)};
  }
};

// A stretch of the listing by its digest; pages are numbered from 0.
struct Page {
  static constexpr Tag tag = Tag::page;
  model::RelPath last;
  bool last_is_folder = false;
  std::uint32_t count = 0;
  bool comparable = true; // false: holds what is never equal
  Hash128 digest;
  std::vector<OwnerPair> owners; // by first appearance
  ListCounts counts;
  static constexpr auto fields()
  {
    return std::tuple{field("last", &Page::last),
                      field("last_is_folder", &Page::last_is_folder),
                      field("count", &Page::count),
                      field("comparable", &Page::comparable),
                      field("digest", &Page::digest),
                      field("owners", &Page::owners, max_entries),
                      field("counts", &Page::counts)};
  }
};

struct Listed {
  static constexpr Tag tag = Tag::listed;
  std::vector<model::Entry> entries;
  static constexpr auto fields() { return std::tuple{field("entries", &Listed::entries, max_entries)}; }
};

// A name that could not be read; at the source no removal follows it.
struct ListError {
  static constexpr Tag tag = Tag::list_error;
  ErrorKind kind = ErrorKind::system;
  int errno_value = 0;
  std::string text;
  bool spoils_removals = true;
  static constexpr auto fields()
  {
    return std::tuple{field("kind", &ListError::kind), field("errno", &ListError::errno_value),
                      field("text", &ListError::text),
                      field("spoils_removals", &ListError::spoils_removals)};
  }
};

struct ListEnd {
  static constexpr Tag tag = Tag::list_end;
  static constexpr auto fields() { return std::tuple{}; }
};

// A sketch (plan/sketch) of what the asker has in the page's stretch: 4 bytes of each sum, little-endian.
struct DifferencesWanted {
  static constexpr Tag tag = Tag::differences_wanted;
  std::uint64_t page = 0;
  Bytes sums;
  static constexpr auto fields()
  {
    return std::tuple{field("page", &DifferencesWanted::page),
                      field("sums", &DifferencesWanted::sums, max_sketch_sums * 4)};
  }
};

// What the page has and the asker has not, and the polynomial of what the asker has beyond it (its coefficients
// but the leading 1, as the sums): that is known to the asker.
struct Differences {
  static constexpr Tag tag = Tag::differences;
  std::uint64_t page = 0;
  bool is_solved = false; // false: more differs than the sketch has room for; it may do so in any case
  Bytes others;
  std::vector<model::Entry> entries;
  static constexpr auto fields()
  {
    return std::tuple{field("page", &Differences::page), field("is_solved", &Differences::is_solved),
                      field("others", &Differences::others, max_sketch_sums * 4),
                      field("entries", &Differences::entries, max_sketch_sums)};
  }
};

// Entries of a page that follow one another: `count` of them, behind `skip` that are not meant.
struct Stretch {
  std::uint32_t skip = 0;
  std::uint32_t count = 0;
  bool operator==(const Stretch&) const = default;
  static constexpr auto fields() { return std::tuple{field("skip", &Stretch::skip), field("count", &Stretch::count)}; }
};

// The digests of the runs (plan/runs) that these stretches are cut into.
struct RunsWanted {
  static constexpr Tag tag = Tag::runs_wanted;
  std::uint64_t page = 0;
  std::uint32_t grain = 0;
  std::vector<Stretch> stretches{}; // none: the whole page
  static constexpr auto fields()
  {
    return std::tuple{field("page", &RunsWanted::page), field("grain", &RunsWanted::grain),
                      field("stretches", &RunsWanted::stretches, max_entries)};
  }
};

// By columns, which compress better. The runs of one stretch do not reach into the next.
struct Runs {
  static constexpr Tag tag = Tag::runs;
  std::uint64_t page = 0;
  std::vector<std::uint32_t> counts;       // entries of each run
  Bytes digests;                           // 6 bytes of each run, little-endian
  std::vector<std::uint32_t> unequal;      // numbers of the runs that hold what is never equal
  std::vector<std::uint32_t> owner_counts; // of each run
  std::vector<OwnerPair> owners;           // of one run after the other, by first appearance in it
  static constexpr auto fields()
  {
    return std::tuple{field("page", &Runs::page),
                      field("counts", &Runs::counts, max_entries),
                      field("digests", &Runs::digests, max_entries * 6),
                      field("unequal", &Runs::unequal, max_entries),
                      field("owner_counts", &Runs::owner_counts, max_entries),
                      field("owners", &Runs::owners, max_entries)};
  }
};

// The entries of these stretches, once a page.
struct PageWanted {
  static constexpr Tag tag = Tag::page_wanted;
  std::uint64_t page = 0;
  std::vector<Stretch> stretches{}; // none: the whole page
  static constexpr auto fields()
  {
    return std::tuple{field("page", &PageWanted::page), field("stretches", &PageWanted::stretches, max_entries)};
  }
};

struct PageListed {
  static constexpr Tag tag = Tag::page_listed;
  std::uint64_t page = 0;
  bool is_last_part = true;
  std::vector<model::Entry> entries;
  static constexpr auto fields()
  {
    return std::tuple{field("page", &PageListed::page), field("is_last_part", &PageListed::is_last_part),
                      field("entries", &PageListed::entries, max_entries)};
  }
};

struct PagesSettled {
  static constexpr Tag tag = Tag::pages_settled;
  std::uint64_t end = 0; // every page below it
  static constexpr auto fields() { return std::tuple{field("end", &PagesSettled::end)}; }
};

struct MapOwners {
  static constexpr Tag tag = Tag::map_owners;
  std::vector<OwnerName> users;
  std::vector<OwnerName> groups;
  static constexpr auto fields()
  {
    return std::tuple{field("users", &MapOwners::users, 4096), field("groups", &MapOwners::groups, 4096)};
  }
};

struct MappedId {
  std::uint32_t id = 0;
  std::uint32_t mapped = 0; // model::keep_id: may not be set
  static constexpr auto fields() { return std::tuple{field("id", &MappedId::id), field("mapped", &MappedId::mapped)}; }
};

struct OwnersMapped {
  static constexpr Tag tag = Tag::owners_mapped;
  std::vector<MappedId> users;
  std::vector<MappedId> groups;
  static constexpr auto fields()
  {
    return std::tuple{field("users", &OwnersMapped::users, 4096), field("groups", &OwnersMapped::groups, 4096)};
  }
};

} // namespace godwit::proto
