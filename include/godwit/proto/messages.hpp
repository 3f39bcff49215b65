#pragma once
// The wire truth: every message, its tag, fields and limits.
//
// Order, by role. C is the controller (the process the user started), A the agent.
//   both:       Hello is the first message of each side. Keepalive at any time.
//   C -> A:     Open, once, before anything else; Scan, once; Finish, once, last.
//   A, source:  Open -> Opened | Fatal. Scan -> (Owners | Page | Listed | ListError)*, ListEnd.
//               PageWanted{n} -> PageListed{n}, for a page not yet settled. MapOwners is refused.
//               Match{has_sums} Sums* -> (Gaps, answered by Sums*)* Ops* OpsEnd. Read -> Contents. RemoveSource -> Done | Failed.
//   A, dest:    as above for Open, Scan, PageWanted. MapOwners -> OwnersMapped.
//               Signature{id} -> Sums* (the last one says so); Gaps{id} likewise; then at most one
//               Apply{id, has_basis}.
//               Apply{id} Ops* OpsEnd -> Done | Failed; an OpsEnd that is not `whole` drops the file and fails. Put -> (Done | Failed) for each id.
//               Make, SetMetadata, Remove -> Done | Failed.
//   Finish -> Finished, after which the agent ends.
// An id is the controller's, used for one action at a time; the agent answers each once.
// Ids and pages that nobody asked for, names outside the scope or out of order end the run.
// A tag is never reused, a field never moved: new fields are appended.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "godwit/proto/codec.hpp"

namespace godwit::proto {

inline constexpr std::uint32_t protocol_version = 1;
inline constexpr std::size_t max_message_bytes = 1U << 20U;
inline constexpr std::size_t max_chunk_bytes = 256U << 10U; // of sums, ops and content in one message
inline constexpr std::size_t max_batch = 512;               // files in one Read, Put or Contents
inline constexpr std::size_t max_entries = 4096;            // in one Listed or PageListed
inline constexpr std::size_t max_operands = 16384;
inline constexpr std::uint32_t page_credit = 256;           // pages an agent lists ahead of PagesSettled

enum class Tag : std::uint8_t {
  hello = 1,
  keepalive = 2,
  open = 3,
  opened = 4,
  fatal = 5,
  scan = 6,
  owners = 7,
  page = 8,
  listed = 9,
  list_error = 10,
  list_end = 11,
  page_wanted = 12,
  page_listed = 13,
  pages_settled = 14,
  map_owners = 15,
  owners_mapped = 16,
  signature = 17,
  sums = 18,
  match = 19,
  ops = 20,
  ops_end = 21,
  read = 22,
  contents = 23,
  apply = 24,
  put = 25,
  make = 26,
  set_metadata = 27,
  remove = 28,
  remove_source = 29,
  done = 30,
  failed = 31,
  finish = 32,
  finished = 33,
  notice = 34,
  gaps = 35,
};

enum class Role : std::uint8_t { source, dest };
template <> inline constexpr std::uint64_t enum_end<Role> = 2;

struct Hello {
  static constexpr Tag tag = Tag::hello;
  std::uint32_t version = protocol_version;
  std::uint32_t least_version = protocol_version;
  std::uint64_t capabilities = 0;
  std::string program; // for people: "godwit 0.1.0"
  static constexpr auto fields()
  {
    return std::tuple{field("version", &Hello::version), field("least_version", &Hello::least_version),
                      field("capabilities", &Hello::capabilities), field("program", &Hello::program, 64)};
  }
};

struct Keepalive {
  static constexpr Tag tag = Tag::keepalive;
  static constexpr auto fields() { return std::tuple{}; }
};

// The roots, as typed by the user; the only request decoded before confinement.
struct Open {
  static constexpr Tag tag = Tag::open;
  Role role = Role::source;
  std::vector<std::string> operands; // dest: exactly one
  bool relative = false;             // -R
  bool copy_links = false;           // -L: reading anywhere is needed
  bool copy_dirlinks = false;        // -k
  bool keep_dirlinks = false;        // -K
  bool recursive = false;
  bool dirs = false;
  // dest
  bool one_plain_item = false; // the source is one item that is no folder: the operand may be its new name
  std::string item_name;       // then: its name at the source
  bool makes_nothing = false; // nothing will be sent: a root that is missing stays so
  bool mkpath = false;
  bool dry_run = false;
  bool times = false;      // set mtimes of all but folders (and links)
  bool folder_times = false;
  bool super_owner = false; // owners are asked for
  bool numeric_ids = false;
  std::string partial_dir; // empty: nothing partial is kept
  HashKey::Seed seed{};    // the salt of the run
  bool removes_source = false;
  std::uint8_t compress_level = 1; // of what the agent sends
  std::uint32_t timeout_s = 0;     // the agent's patience with silence, where it is shorter than its own
  static constexpr auto fields()
  {
    return std::tuple{field("role", &Open::role),
                      field("operands", &Open::operands, max_operands),
                      field("relative", &Open::relative),
                      field("copy_links", &Open::copy_links),
                      field("copy_dirlinks", &Open::copy_dirlinks),
                      field("keep_dirlinks", &Open::keep_dirlinks),
                      field("recursive", &Open::recursive),
                      field("dirs", &Open::dirs),
                      field("one_plain_item", &Open::one_plain_item),
                      field("item_name", &Open::item_name),
                      field("makes_nothing", &Open::makes_nothing),
                      field("mkpath", &Open::mkpath),
                      field("dry_run", &Open::dry_run),
                      field("times", &Open::times),
                      field("folder_times", &Open::folder_times),
                      field("super_owner", &Open::super_owner),
                      field("numeric_ids", &Open::numeric_ids),
                      field("partial_dir", &Open::partial_dir, 4096),
                      field("seed", &Open::seed),
                      field("removes_source", &Open::removes_source),
                      field("compress_level", &Open::compress_level),
                      field("timeout_s", &Open::timeout_s)};
  }
};

// What one source operand became; wildcards make several of one.
struct OpenedOperand {
  std::uint32_t base = 0;
  model::RelPath path;     // in the listing
  bool contents = false;   // `dir/`: what is in it, and its own attributes
  model::Type type = model::Type::unknown;
  std::uint32_t implied = 0; // -R: so many leading components of path are implied parents
  int error = 0;           // errno, where it could not be opened
  std::string typed;       // for messages
  static constexpr auto fields()
  {
    return std::tuple{field("base", &OpenedOperand::base),         field("path", &OpenedOperand::path),
                      field("contents", &OpenedOperand::contents), field("type", &OpenedOperand::type),
                      field("implied", &OpenedOperand::implied),   field("error", &OpenedOperand::error),
                      field("typed", &OpenedOperand::typed)};
  }
};

struct Opened {
  static constexpr Tag tag = Tag::opened;
  std::vector<OpenedOperand> operands; // source
  // dest
  std::string created;     // the folder that was made, as typed; empty: none
  std::uint32_t made_folders = 0; // with its parents
  bool is_missing = false; // dry run: the root is not there
  std::string new_name;    // the operand is the single item's new name: this
  bool may_chown = false;  // owners can be set to anybody
  std::uint32_t umask = 022;
  std::uint8_t confinement = 0; // fs::Confinement
  std::string confinement_text;
  static constexpr auto fields()
  {
    return std::tuple{field("operands", &Opened::operands, max_operands),
                      field("created", &Opened::created),
                      field("made_folders", &Opened::made_folders),
                      field("is_missing", &Opened::is_missing),
                      field("new_name", &Opened::new_name),
                      field("may_chown", &Opened::may_chown),
                      field("umask", &Opened::umask),
                      field("confinement", &Opened::confinement),
                      field("confinement_text", &Opened::confinement_text, 256)};
  }
};

// The run cannot go on.
struct Fatal {
  static constexpr Tag tag = Tag::fatal;
  ErrorKind kind = ErrorKind::system;
  int errno_value = 0;
  std::string text;
  int exit_code = 0;
  static constexpr auto fields()
  {
    return std::tuple{field("kind", &Fatal::kind), field("errno", &Fatal::errno_value), field("text", &Fatal::text),
                      field("exit_code", &Fatal::exit_code)};
  }
};

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
  bool ignore_missing_root = false;
  Recipe recipe;
  std::string listed_name; // source: the single item's new name, and what it is called there
  std::string real_name;
  static constexpr auto fields()
  {
    return std::tuple{field("scope", &Scan::scope, max_operands * 4),
                      field("depth", &Scan::depth),
                      field("rules", &Scan::rules, 65536),
                      field("delete_excluded", &Scan::delete_excluded),
                      field("one_file_system", &Scan::one_file_system),
                      field("prune_empty", &Scan::prune_empty),
                      field("checksum", &Scan::checksum),
                      field("ignore_missing_root", &Scan::ignore_missing_root),
                      field("recipe", &Scan::recipe),
                      field("listed_name", &Scan::listed_name, 255),
                      field("real_name", &Scan::real_name, 255)};
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

struct PageWanted {
  static constexpr Tag tag = Tag::page_wanted;
  std::uint64_t page = 0;
  static constexpr auto fields() { return std::tuple{field("page", &PageWanted::page)}; }
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

// Dest: the sums of what stands under `path`, if that is a regular file.
struct Signature {
  static constexpr Tag tag = Tag::signature;
  std::uint64_t id = 0;
  model::RelPath path;
  bool levels = false; // finer sums may be asked for: larger blocks
  static constexpr auto fields()
  {
    return std::tuple{field("id", &Signature::id), field("path", &Signature::path),
                      field("levels", &Signature::levels)};
  }
};

// A part of delta::Signature's wire form, from dest to controller and on to the source.
struct Sums {
  static constexpr Tag tag = Tag::sums;
  std::uint64_t id = 0;
  Bytes part;
  bool is_last = true;
  static constexpr auto fields()
  {
    return std::tuple{field("id", &Sums::id), field("part", &Sums::part, max_chunk_bytes),
                      field("is_last", &Sums::is_last)};
  }
};

// A source file as the scan saw it.
struct SourceFile {
  std::uint64_t id = 0;
  std::uint32_t base = 0;
  model::RelPath path;
  std::uint64_t size = 0;
  model::Time mtime;
  static constexpr auto fields()
  {
    return std::tuple{field("id", &SourceFile::id), field("base", &SourceFile::base), field("path", &SourceFile::path),
                      field("size", &SourceFile::size), field("mtime", &SourceFile::mtime)};
  }
};

struct Match {
  static constexpr Tag tag = Tag::match;
  SourceFile file;
  bool has_sums = false;
  std::uint64_t least_saving = 0; // bytes that an exchange of finer sums must save; 0: no such exchange
  static constexpr auto fields()
  {
    return std::tuple{field("file", &Match::file), field("has_sums", &Match::has_sums),
                      field("least_saving", &Match::least_saving)};
  }
};

// What the blocks left: delta::SumRequest's wire form, from source to controller and on to the
// dest, which answers with Sums of delta::sum_ranges(). Repeated for each level that pays.
struct Gaps {
  static constexpr Tag tag = Tag::gaps;
  std::uint64_t id = 0;
  Bytes request;
  static constexpr auto fields()
  {
    return std::tuple{field("id", &Gaps::id), field("request", &Gaps::request, max_message_bytes / 2)};
  }
};

// A chunk of delta::OpWriter, from source to controller and on to the dest.
struct Ops {
  static constexpr Tag tag = Tag::ops;
  std::uint64_t id = 0;
  Bytes chunk;
  static constexpr auto fields()
  {
    return std::tuple{field("id", &Ops::id), field("chunk", &Ops::chunk, max_chunk_bytes)};
  }
};

enum class ReadOutcome : std::uint8_t {
  whole,    // read from end to end, unchanged meanwhile
  changed,  // size, mtime or ctime moved while it was read
  vanished, // the name is gone
  failed,   // could not be read
};
template <>
inline constexpr std::uint64_t enum_end<ReadOutcome> = static_cast<std::uint64_t>(ReadOutcome::failed) + 1;

struct OpsEnd {
  static constexpr Tag tag = Tag::ops_end;
  std::uint64_t id = 0;
  ReadOutcome outcome = ReadOutcome::whole;
  Hash128 hash;
  std::uint64_t bytes = 0;
  std::uint64_t literal_bytes = 0;
  int errno_value = 0;
  std::uint64_t new_size = 0; // changed: as it is now, for one more try
  model::Time new_mtime;
  static constexpr auto fields()
  {
    return std::tuple{field("id", &OpsEnd::id),
                      field("outcome", &OpsEnd::outcome),
                      field("hash", &OpsEnd::hash),
                      field("bytes", &OpsEnd::bytes),
                      field("literal_bytes", &OpsEnd::literal_bytes),
                      field("errno", &OpsEnd::errno_value),
                      field("new_size", &OpsEnd::new_size),
                      field("new_mtime", &OpsEnd::new_mtime)};
  }
};

// Source: whole small files of one folder, at most max_chunk_bytes together.
struct Read {
  static constexpr Tag tag = Tag::read;
  std::vector<SourceFile> files;
  static constexpr auto fields() { return std::tuple{field("files", &Read::files, max_batch)}; }
};

struct FileContent {
  std::uint64_t id = 0;
  ReadOutcome outcome = ReadOutcome::whole;
  int errno_value = 0;
  std::uint64_t new_size = 0;
  model::Time new_mtime;
  Bytes content;
  static constexpr auto fields()
  {
    return std::tuple{field("id", &FileContent::id),
                      field("outcome", &FileContent::outcome),
                      field("errno", &FileContent::errno_value),
                      field("new_size", &FileContent::new_size),
                      field("new_mtime", &FileContent::new_mtime),
                      field("content", &FileContent::content, max_chunk_bytes)};
  }
};

struct Contents {
  static constexpr Tag tag = Tag::contents;
  std::vector<FileContent> files; // as asked, in order
  Hash128 hash;                   // of all contents, one after the other
  static constexpr auto fields()
  {
    return std::tuple{field("files", &Contents::files, max_batch), field("hash", &Contents::hash)};
  }
};

// Dest: the next Ops of this id make `entry`'s content.
struct Apply {
  static constexpr Tag tag = Tag::apply;
  std::uint64_t id = 0;
  model::Entry entry;
  bool has_basis = false; // the file whose Signature this id asked for
  bool replaces = false;  // something stands under the name
  static constexpr auto fields()
  {
    return std::tuple{field("id", &Apply::id), field("entry", &Apply::entry), field("has_basis", &Apply::has_basis),
                      field("replaces", &Apply::replaces)};
  }
};

struct PutFile {
  std::uint64_t id = 0;
  model::Entry entry;
  bool replaces = false;
  Bytes content;
  static constexpr auto fields()
  {
    return std::tuple{field("id", &PutFile::id), field("entry", &PutFile::entry),
                      field("replaces", &PutFile::replaces), field("content", &PutFile::content, max_chunk_bytes)};
  }
};

// Dest: whole small files of one folder.
struct Put {
  static constexpr Tag tag = Tag::put;
  std::vector<PutFile> files;
  Hash128 hash; // Contents::hash, over the contents in this order
  static constexpr auto fields()
  {
    return std::tuple{field("files", &Put::files, max_batch), field("hash", &Put::hash)};
  }
};

// Dest: a folder, link or node.
struct Make {
  static constexpr Tag tag = Tag::make;
  std::uint64_t id = 0;
  model::Entry entry;
  bool replaces = false; // a non-folder may stand there and makes way
  static constexpr auto fields()
  {
    return std::tuple{field("id", &Make::id), field("entry", &Make::entry), field("replaces", &Make::replaces)};
  }
};

struct SetMetadata {
  static constexpr Tag tag = Tag::set_metadata;
  std::uint64_t id = 0;
  model::Entry entry;
  static constexpr auto fields() { return std::tuple{field("id", &SetMetadata::id), field("entry", &SetMetadata::entry)}; }
};

struct Remove {
  static constexpr Tag tag = Tag::remove;
  std::uint64_t id = 0;
  model::RelPath path;
  bool is_folder = false;
  static constexpr auto fields()
  {
    return std::tuple{field("id", &Remove::id), field("path", &Remove::path), field("is_folder", &Remove::is_folder)};
  }
};

// Source, --remove-source-files: only if it is still as it was read.
struct RemoveSource {
  static constexpr Tag tag = Tag::remove_source;
  SourceFile file;
  static constexpr auto fields() { return std::tuple{field("file", &RemoveSource::file)}; }
};

struct Done {
  static constexpr Tag tag = Tag::done;
  std::vector<std::uint64_t> ids;
  static constexpr auto fields() { return std::tuple{field("ids", &Done::ids, max_batch)}; }
};

struct Failed {
  static constexpr Tag tag = Tag::failed;
  std::uint64_t id = 0;
  ErrorKind kind = ErrorKind::system;
  int errno_value = 0;
  std::string text;
  bool in_way = false; // a folder stands under the name: send it again when that is gone
  static constexpr auto fields()
  {
    return std::tuple{field("id", &Failed::id), field("kind", &Failed::kind), field("errno", &Failed::errno_value),
                      field("text", &Failed::text), field("in_way", &Failed::in_way)};
  }
};

struct Finish {
  static constexpr Tag tag = Tag::finish;
  static constexpr auto fields() { return std::tuple{}; }
};

struct Finished {
  static constexpr Tag tag = Tag::finished;
  std::vector<std::string> errors; // of what is only done at the end: folders' modes and times
  static constexpr auto fields() { return std::tuple{field("errors", &Finished::errors, 1000)}; }
};

struct Notice {
  static constexpr Tag tag = Tag::notice;
  std::uint8_t level = 0;
  std::string text;
  static constexpr auto fields() { return std::tuple{field("level", &Notice::level), field("text", &Notice::text)}; }
};

using Message =
    std::variant<Hello, Keepalive, Open, Opened, Fatal, Scan, Owners, Page, Listed, ListError, ListEnd, PageWanted,
                 PageListed, PagesSettled, MapOwners, OwnersMapped, Signature, Sums, Match, Ops, OpsEnd, Read, Contents,
                 Apply, Put, Make, SetMetadata, Remove, RemoveSource, Done, Failed, Finish, Finished, Notice, Gaps>;

// Appends one message: varint tag, varint length, fields.
void encode(const Message& message, Bytes& out);
// Of one message's fields; unknown tags are an error.
Result<Message> decode(std::uint64_t tag, ByteView fields);
// "name(field: type, ...)" of every message, a line each: the golden file.
std::string describe();
// Bytes that the message holds in memory beyond its own size, for budgets.
std::size_t payload_bytes(const Message& message);

} // namespace godwit::proto
