#pragma once
// Finer sums of parts of a basis: asked for by who holds the new file, computed
// by who holds the basis.

#include <cstdint>
#include <vector>

#include "godwit/base/bytes.hpp"
#include "godwit/base/hash.hpp"
#include "godwit/base/io.hpp"
#include "godwit/base/result.hpp"

namespace godwit::delta {

struct Range {
  std::uint64_t at = 0;
  std::uint64_t bytes = 0;
  std::uint64_t
  end() const
  {
    return at + bytes;
  }
  bool operator==(const Range&) const = default;
};

// A part of the basis, cut into blocks from its start; the last may be short.
struct SumRange {
  Range basis;
  std::uint32_t block_bytes = min_block; // a power of two

  static constexpr std::uint32_t min_block = 128;
  static constexpr std::uint32_t max_block = std::uint32_t{128} << 10;
  std::uint64_t
  blocks() const
  {
    return (basis.bytes + block_bytes - 1) / block_bytes;
  }
  bool operator==(const SumRange&) const = default;
};

struct SumRequest {
  // Of all ranges together; a reply takes at most 12 MiB.
  static constexpr std::uint64_t max_blocks = std::uint64_t{1} << 20;

  unsigned key_bits = 24;    // 24 or 32
  unsigned strong_bits = 24; // whole bytes, 16 to 64
  std::vector<SumRange> ranges;

  std::uint64_t
  bytes_per_block() const
  {
    return (key_bits + strong_bits) / 8;
  }
  bool operator==(const SumRequest&) const = default;
};

// Wire form: two bytes of bits; for each range varint(zigzag(distance from the last one's end)),
// varint(bytes << 4 | log2(block_bytes / min_block)).
void encode(const SumRequest& request, Bytes& out);
// The peer is not trusted: ranges lie within the basis, and the number of blocks is bounded.
Result<SumRequest> decode_sum_request(ByteView wire, std::uint64_t basis_bytes);

// The sums of all ranges, packed. Error{changed} when the basis got shorter.
Result<Bytes> sum_ranges(const HashKey& key, ReadAt& basis, const SumRequest& request);

} // namespace godwit::delta
