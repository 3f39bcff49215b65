#pragma once
// Numbers that both sides agree on: version, limits, and the tag of each message. A
// tag is never reused.

#include <cstddef>
#include <cstdint>

namespace godwit::proto {

inline constexpr std::uint32_t protocol_version = 6;
inline constexpr std::size_t max_message_bytes = 1U << 20U;
inline constexpr std::size_t max_chunk_bytes = 256U << 10U; // of sums and ops in one message, and of one file's content
inline constexpr std::size_t max_content_bytes = max_message_bytes / 2; // of all files in one Contents or Put
inline constexpr std::size_t entry_overhead = 96; // memory and bytes that go with a name, beside its path and content
inline constexpr std::size_t max_batch = 512;               // files in one Read, Put or Contents
inline constexpr std::size_t max_entries = 4096;            // in one Listed or PageListed
inline constexpr std::size_t max_sketch_sums = 64;          // and entries that one finds: they fit in a message
inline constexpr std::size_t max_operands = 16384;
inline constexpr std::uint32_t page_credit = 1024;          // pages an agent lists ahead of PagesSettled

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
  runs_wanted = 40,
  runs = 41,
  differences_wanted = 42,
  differences = 43,
  folder_sent = 46,
  join = 56,
  set_rate = 57,
  pace = 63,
  hash = 50,
  hashes = 51,
  move = 52,
  retain = 53,
};

} // namespace godwit::proto
