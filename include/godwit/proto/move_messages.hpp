#pragma once
// Renames and moves: proofs that two files hold the same, and what is done with them at
// the dest. Order and roles: messages.hpp.

#include <cstdint>
#include <vector>

#include "godwit/proto/codec.hpp"
#include "godwit/proto/content_messages.hpp"
#include "godwit/proto/tags.hpp"

namespace godwit::proto {

// A file as a scan saw it, to be hashed.
struct HashFile {
  SourceFile file;     // at the dest, base is 0
  bool sampled = false; // three stretches of it only, which tell unlike files apart at little cost
  static constexpr auto fields()
  {
    return std::tuple{field("file", &HashFile::file), field("sampled", &HashFile::sampled)};
  }
};

// Either side: the hashes of these files. Ids are of their own kind.
struct Hash {
  static constexpr Tag tag = Tag::hash;
  std::vector<HashFile> files;
  static constexpr auto fields() { return std::tuple{field("files", &Hash::files, max_batch)}; }
};

struct HashedFile {
  std::uint64_t id = 0;
  ReadOutcome outcome = ReadOutcome::failed; // `changed`: it is not what the scan saw
  Hash128 hash;
  std::uint64_t state = 0; // what Move and Retain compare, to see that it did not change
  static constexpr auto fields()
  {
    return std::tuple{field("id", &HashedFile::id), field("outcome", &HashedFile::outcome),
                      field("hash", &HashedFile::hash), field("state", &HashedFile::state)};
  }
};

struct Hashes {
  static constexpr Tag tag = Tag::hashes;
  std::vector<HashedFile> files; // as asked, in order
  static constexpr auto fields() { return std::tuple{field("files", &Hashes::files, max_batch)}; }
};

enum class MoveWay : std::uint8_t {
  rename,   // `from` goes
  copy,     // `from` stays
  retained, // what Retain{retained} kept
};
template <>
inline constexpr std::uint64_t enum_end<MoveWay> = static_cast<std::uint64_t>(MoveWay::retained) + 1;

// Dest: `entry` gets its content from another name of this tree. A folder is renamed with all it holds.
struct Move {
  static constexpr Tag tag = Tag::move;
  std::uint64_t id = 0;
  model::Entry entry;
  bool replaces = false; // something stands under the name
  model::RelPath from;
  MoveWay way = MoveWay::rename;
  std::uint64_t state = 0; // HashedFile::state of `from`; of a folder: 0
  std::uint64_t retained = 0;
  std::uint64_t names = 0; // a folder: so many that it holds, at all depths; with any other it stays
  static constexpr auto fields()
  {
    return std::tuple{field("id", &Move::id),       field("entry", &Move::entry), field("replaces", &Move::replaces),
                      field("from", &Move::from),   field("way", &Move::way),     field("state", &Move::state),
                      field("retained", &Move::retained), field("names", &Move::names)};
  }
};

// Dest: keeps what stands under `from`, which is about to be replaced, for a Move to `entry`.
struct Retain {
  static constexpr Tag tag = Tag::retain;
  std::uint64_t id = 0;
  model::RelPath from;
  std::uint64_t state = 0;
  model::Entry entry;
  static constexpr auto fields()
  {
    return std::tuple{field("id", &Retain::id), field("from", &Retain::from), field("state", &Retain::state),
                      field("entry", &Retain::entry)};
  }
};

} // namespace godwit::proto
