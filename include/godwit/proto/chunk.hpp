#pragma once

#include <cstddef>
#include <cstdint>

#include "godwit/base/bytes.hpp"
#include "godwit/base/result.hpp"

namespace godwit::proto {

inline constexpr std::size_t chunk_target_bytes = 128U << 10U;
inline constexpr std::size_t max_chunk_content = 2 * chunk_target_bytes;

// What stands before the content of a chunk, the unit of the wire: {u32
// little-endian: bit 31 set where the content is compressed, bit 30 where a zstd frame
// begins with it, below them its length;
// u32 low half of the chunk's number in its direction, from 0; u32 check sum of
// the length's word and the whole number; u32 check sum of the content}. The
// sums are the low halves of XXH3-64: against accidents only, anyone knows the
// key. The number tells the order where chunks come over several lines.
struct ChunkHead {
  static constexpr std::size_t wire_bytes = 16;
  std::uint32_t length = 0; // of the content
  bool compressed = false;
  std::uint64_t number = 0;
  std::uint32_t content_sum = 0;
  bool begins_frame = false;

  // Of a chunk that is about to be sent.
  static ChunkHead of(ByteView content, bool compressed, std::uint64_t number);
  void store(std::byte* into) const;
  // From at least wire_bytes. The number is taken to be near `expected`; wherever
  // it is not, or a bit was turned, the sum does not hold.
  static Result<ChunkHead> load(ByteView wire, std::uint64_t expected);
  bool fits(ByteView content) const;
  // Head and content of the chunk that begins here; for what was made by store().
  static std::size_t size_of_chunk(ByteView chunks);
};

// What is told where a sum does not hold.
Error damaged_stream();

} // namespace godwit::proto
