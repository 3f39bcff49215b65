#pragma once
// What is read and changed: sums, ops, whole files, metadata, removals. Order and
// roles: messages.hpp.

#include <cstdint>
#include <string>
#include <vector>

#include "godwit/proto/codec.hpp"
#include "godwit/proto/tags.hpp"

namespace godwit::proto {

// Dest: the sums of what stands under `path`, if that is a regular file. Else, where one that is `similar` will
// do, those of a regular file in the same folder, which the dest chooses by name, size and time.
struct Signature {
  static constexpr Tag tag = Tag::signature;
  std::uint64_t id = 0;
  model::RelPath path;
  bool levels = false; // finer sums may be asked for: larger blocks
  bool full = false;   // hashes that are not cut, under another salt: a check failed
  bool splits = false; // of a program the split form's (delta/split.hpp)
  bool similar = false;
  std::uint64_t size = 0; // of the new file
  model::Time mtime{};
  static constexpr auto fields()
  {
    return std::tuple{field("id", &Signature::id),           field("path", &Signature::path),
                      field("levels", &Signature::levels),   field("full", &Signature::full),
                      field("splits", &Signature::splits),   field("similar", &Signature::similar),
                      field("size", &Signature::size),       field("mtime", &Signature::mtime)};
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

// What becomes of the front of a dest file that grows in place.
enum class Kept : std::uint8_t {
  none,
  trusted, // it stays, and the hash is that of the rest
  checked, // it stays, and is hashed with the rest
};
template <> inline constexpr std::uint64_t enum_end<Kept> = static_cast<std::uint64_t>(Kept::checked) + 1;

struct Match {
  static constexpr Tag tag = Tag::match;
  SourceFile file;
  bool has_sums = false;
  std::uint64_t least_saving = 0; // bytes that an exchange of finer sums must save; 0: no such exchange
  bool in_place = false; // the basis is overwritten from its front: no copy of what lies before its own place
  Kept kept = Kept::none;
  std::uint64_t kept_bytes = 0;
  static constexpr auto fields()
  {
    return std::tuple{field("file", &Match::file),
                      field("has_sums", &Match::has_sums),
                      field("least_saving", &Match::least_saving),
                      field("in_place", &Match::in_place),
                      field("kept", &Match::kept),
                      field("kept_bytes", &Match::kept_bytes)};
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

// Source: whole small files of one folder. Answered by one Contents or more.
struct Read {
  static constexpr Tag tag = Tag::read;
  std::vector<SourceFile> files;
  static constexpr auto fields() { return std::tuple{field("files", &Read::files, max_batch)}; }
};

struct FileContent {
  std::uint64_t id = 0;
  ReadOutcome outcome = ReadOutcome::whole;
  int errno_value = 0;
  std::uint64_t new_size = 0; // whole: bytes of its content
  model::Time new_mtime;
  static constexpr auto fields()
  {
    return std::tuple{field("id", &FileContent::id), field("outcome", &FileContent::outcome),
                      field("errno", &FileContent::errno_value), field("new_size", &FileContent::new_size),
                      field("new_mtime", &FileContent::new_mtime)};
  }
};

struct Contents {
  static constexpr Tag tag = Tag::contents;
  std::vector<FileContent> files; // as asked, in order
  Bytes content;                  // of those that are whole, one after the other
  Hash128 hash;                   // of that
  static constexpr auto fields()
  {
    return std::tuple{field("files", &Contents::files, max_batch),
                      field("content", &Contents::content, max_content_bytes), field("hash", &Contents::hash)};
  }
};

// Dest: the next Ops of this id make `entry`'s content.
struct Apply {
  static constexpr Tag tag = Tag::apply;
  std::uint64_t id = 0;
  model::Entry entry;
  bool has_basis = false; // the file whose Signature this id asked for
  bool replaces = false;  // something stands under the name
  Kept kept = Kept::none;
  std::uint64_t kept_bytes = 0;
  static constexpr auto fields()
  {
    return std::tuple{field("id", &Apply::id),
                      field("entry", &Apply::entry),
                      field("has_basis", &Apply::has_basis),
                      field("replaces", &Apply::replaces),
                      field("kept", &Apply::kept),
                      field("kept_bytes", &Apply::kept_bytes)};
  }
};

struct PutFile {
  std::uint64_t id = 0;
  model::Entry entry;
  bool replaces = false;
  static constexpr auto fields()
  {
    return std::tuple{field("id", &PutFile::id), field("entry", &PutFile::entry),
                      field("replaces", &PutFile::replaces)};
  }
};

// Dest: whole small files of one folder.
struct Put {
  static constexpr Tag tag = Tag::put;
  std::vector<PutFile> files;
  Bytes content; // of all, one after the other; of each as many bytes as its entry's size
  Hash128 hash;  // of that
  static constexpr auto fields()
  {
    return std::tuple{field("files", &Put::files, max_batch), field("content", &Put::content, max_content_bytes),
                      field("hash", &Put::hash)};
  }
};

// Dest: a folder, link or node.
struct Make {
  static constexpr Tag tag = Tag::make;
  std::uint64_t id = 0;
  model::Entry entry;
  bool replaces = false; // a non-folder may stand there and makes way
  bool is_staged = false; // a new folder: FolderSent tells when it may be seen
  static constexpr auto fields()
  {
    return std::tuple{field("id", &Make::id), field("entry", &Make::entry), field("replaces", &Make::replaces),
                      field("is_staged", &Make::is_staged)};
  }
};

// Dest: all that its Make was sent for has been put into the staged folder.
struct FolderSent {
  static constexpr Tag tag = Tag::folder_sent;
  model::RelPath path;
  static constexpr auto fields() { return std::tuple{field("path", &FolderSent::path)}; }
};

struct SetMetadata {
  static constexpr Tag tag = Tag::set_metadata;
  std::uint64_t id = 0;
  model::Entry entry;
  static constexpr auto fields()
  {
    return std::tuple{field("id", &SetMetadata::id), field("entry", &SetMetadata::entry)};
  }
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

} // namespace godwit::proto
