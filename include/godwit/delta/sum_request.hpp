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

  static constexpr std::uint32_t min_block = 128; // of a search
  static constexpr std::uint32_t guess_block = 16;
  static constexpr std::uint32_t max_block = std::uint32_t{128} << 10;
  std::uint64_t
  blocks() const
  {
    return (basis.bytes + block_bytes - 1) / block_bytes;
  }
  bool operator==(const SumRange&) const = default;
};

// A search's key and strong hash together keep a false match as unlikely as a signature's do (see
// signature.hpp); of a block too short for a key it is further bits of the hash.
//
// Guesses find what differs by a few bytes in every ten or twenty, as code does whose addresses moved.
// Small blocks are compared only where the copies around a gap say that they lie, so 8 bits do for each:
// of W blocks that differ W / 256 look equal. Then a proof hashes the bytes of those that were chosen,
// 32 blocks at once (G hashes for a file), with
//
//   s >= log2(G) + 16
//
// bits, so that a wrong group passes at most in one of 2^16 files; one that fails is sent as a literal.
enum class SumKind : std::uint8_t {
  search, // of each block a key and a strong hash
  guess,  // of each block a short hash
  proof,  // of each 32 chosen blocks of a range, and of the rest, one hash over all
};

struct SumRequest {
  // Of all ranges together; a reply to one request takes at most 12 MiB.
  static constexpr std::uint64_t max_blocks = std::uint64_t{1} << 20;
  static constexpr std::uint64_t group_blocks = 32;
  static constexpr unsigned guess_bits = 8;

  SumKind kind = SumKind::search;
  unsigned key_bits = 24;    // 24 or 32; otherwise 0
  unsigned strong_bits = 24; // whole bytes: 16 to 64; of a guess 8, of a proof 24 to 64
  std::vector<SumRange> ranges; // of a guess and a proof: whole blocks of SumRange::guess_block
  std::vector<Bytes> chosen;    // of a proof: for each range a bit for each block, lowest first

  std::uint64_t
  bytes_per_block() const
  {
    return (key_bits + strong_bits) / 8;
  }
  std::uint64_t reply_bytes() const;
  bool operator==(const SumRequest&) const = default;
};

// What goes over the wire at once: a search, and a guess or a proof, each of them at most once and of other
// gaps. The wire form of each is varint(its length) and
//   key_bits and strong_bits, a byte each, where 0 and 8 mean a guess, 0 and more a proof;
//   for each range varint(zigzag(distance from the last one's end)),
//   varint(bytes << 4 | log2(block_bytes / min_block)), of a guess and a proof bytes << 4;
//   of a proof, then the range's chosen bits.
using SumRequests = std::vector<SumRequest>;
constexpr std::size_t max_requests_at_once = 2;

void encode(const SumRequests& requests, Bytes& out);
// The peer is not trusted: ranges lie within the basis, and the number of blocks is bounded.
Result<SumRequests> decode_sum_requests(ByteView wire, std::uint64_t basis_bytes);

// The sums of all ranges, packed. Error{changed} when the basis got shorter.
Result<Bytes> sum_ranges(const HashKey& key, ReadAt& basis, const SumRequests& requests);

} // namespace godwit::delta
