#include "godwit/delta/sum_request.hpp"

#include <algorithm>
#include <bit>

#include "delta/fine_shape.hpp"
#include "delta/group_hash.hpp"
#include "delta/packed.hpp"
#include "delta/rolling.hpp"
#include "delta/strong.hpp"
#include "godwit/base/varint.hpp"

namespace godwit::delta {

namespace {

constexpr unsigned block_exponent_bits = 4;
constexpr unsigned max_block_exponent =
    static_cast<unsigned>(std::countr_zero(SumRange::max_block) - std::countr_zero(SumRange::min_block));

Error
bad(const char* cause)
{
  return make_error(ErrorKind::protocol, std::string("cannot read request for sums: ") + cause);
}

// 0 and 8: a guess, 0 and more: a proof.
bool
take_kind(ByteView& wire, SumRequest* request)
{
  request->key_bits = static_cast<unsigned>(wire[0]);
  request->strong_bits = static_cast<unsigned>(wire[1]);
  wire = wire.subspan(2);
  if (request->strong_bits > 64 || request->strong_bits % 8 != 0) {
    return false;
  }
  if (request->key_bits == 0) {
    request->kind = request->strong_bits == SumRequest::guess_bits ? SumKind::guess : SumKind::proof;
    return request->strong_bits == SumRequest::guess_bits || request->strong_bits >= 24;
  }
  return (request->key_bits == 24 || request->key_bits == 32) && request->strong_bits >= 16;
}

// False when the range is malformed.
bool
take_range(ByteView& wire, std::uint64_t expected, SumKind kind, SumRange* range)
{
  const auto distance = take_varint(wire);
  const auto size = take_varint(wire);
  if (!distance || !size) {
    return false;
  }
  const auto exponent = static_cast<unsigned>(*size & ((1U << block_exponent_bits) - 1));
  range->basis.at = expected + static_cast<std::uint64_t>(unzigzag(*distance));
  range->basis.bytes = *size >> block_exponent_bits;
  if (kind != SumKind::search) {
    range->block_bytes = SumRange::guess_block;
    return exponent == 0 && range->basis.bytes != 0 && range->basis.bytes % SumRange::guess_block == 0;
  }
  range->block_bytes = SumRange::min_block << std::min(exponent, max_block_exponent);
  return exponent <= max_block_exponent && range->basis.bytes != 0;
}

// The chosen bits of a range; none beyond its blocks.
bool
take_chosen(ByteView& wire, std::uint64_t blocks, SumRequest* request)
{
  const std::uint64_t bytes = (blocks + 7) / 8;
  if (wire.size() < bytes) {
    return false;
  }
  request->chosen.emplace_back(wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(bytes));
  wire = wire.subspan(bytes);
  const auto last = std::to_integer<unsigned>(request->chosen.back().back());
  return blocks % 8 == 0 || last >> (blocks % 8) == 0;
}

// Appends the sums of one range, read in pieces of whole blocks.
Result<>
sum_range(const HashKey& key, ReadAt& basis, const SumRequest& request, const SumRange& range, Bytes& out)
{
  const Shape shape = fine_shape(request, range.block_bytes);
  const Strong strong(key, shape);
  const Rolling rolling(strong.key(), range.block_bytes);
  Bytes piece(std::min<std::uint64_t>(range.basis.bytes, std::size_t{256} << 10));
  for (std::uint64_t done = 0; done < range.basis.bytes;) {
    const ByteSpan wanted(piece.data(), std::min<std::uint64_t>(piece.size(), range.basis.bytes - done));
    TRY_ASSIGN(const std::size_t got, basis.read_at(range.basis.at + done, wanted));
    if (got != wanted.size()) {
      return make_error(ErrorKind::changed, "cannot sum basis: it got shorter");
    }
    for (std::size_t at = 0; at < got; at += range.block_bytes) {
      const ByteView block = wanted.subspan(at, std::min<std::size_t>(range.block_bytes, got - at));
      if (shape.key_bits != 0) {
        append_low(out, fine_key(rolling, strong, block, shape.key_bits), shape.key_bits);
      }
      append_low(out, strong(block), shape.strong_bits);
    }
    done += got;
  }
  return {};
}

// The group hashes of all ranges of a proof.
Result<Bytes>
prove_ranges(const HashKey& key, ReadAt& basis, const SumRequest& request)
{
  GroupHash hash(key, request.strong_bits);
  for (std::size_t i = 0; i < request.ranges.size(); ++i) {
    const SumRange& range = request.ranges[i];
    constexpr std::uint64_t piece_blocks = (std::uint64_t{256} << 10) / SumRange::guess_block;
    Bytes piece(std::min<std::uint64_t>(range.basis.bytes, piece_blocks * SumRange::guess_block));
    for (std::uint64_t block = 0; block < range.blocks(); ++block) {
      const std::uint64_t within = block % piece_blocks * SumRange::guess_block;
      if (within == 0) {
        const std::uint64_t done = block * SumRange::guess_block;
        const ByteSpan wanted(piece.data(), std::min<std::uint64_t>(piece.size(), range.basis.bytes - done));
        TRY_ASSIGN(const std::size_t got, basis.read_at(range.basis.at + done, wanted));
        if (got != wanted.size()) {
          return make_error(ErrorKind::changed, "cannot sum basis: it got shorter");
        }
      }
      if (is_chosen(request.chosen[i], block)) {
        hash.add(ByteView(piece).subspan(within, SumRange::guess_block));
      }
    }
    hash.close();
  }
  return std::move(hash.hashes());
}

void
append_request(const SumRequest& request, Bytes& out)
{
  out.push_back(static_cast<std::byte>(request.key_bits));
  out.push_back(static_cast<std::byte>(request.strong_bits));
  const bool searches = request.kind == SumKind::search;
  const std::uint32_t unit = searches ? SumRange::min_block : SumRange::guess_block;
  std::uint64_t expected = 0;
  for (std::size_t i = 0; i < request.ranges.size(); ++i) {
    const SumRange& range = request.ranges[i];
    const auto exponent = static_cast<unsigned>(std::countr_zero(range.block_bytes / unit));
    append_varint(out, zigzag(static_cast<std::int64_t>(range.basis.at - expected)));
    append_varint(out, range.basis.bytes << block_exponent_bits | exponent);
    if (request.kind == SumKind::proof) {
      append(out, request.chosen[i]);
    }
    expected = range.basis.end();
  }
}

Result<SumRequest>
read_request(ByteView wire, std::uint64_t basis_bytes)
{
  if (wire.size() < 2) {
    return bad("it is cut short");
  }
  SumRequest request;
  if (!take_kind(wire, &request)) {
    return bad("its sums have no valid length");
  }
  std::uint64_t expected = 0;
  std::uint64_t blocks = 0;
  while (!wire.empty()) {
    SumRange range;
    if (!take_range(wire, expected, request.kind, &range)) {
      return bad("a range is malformed");
    }
    if (range.basis.at > basis_bytes || range.basis.bytes > basis_bytes - range.basis.at) {
      return bad("a range lies outside the basis");
    }
    blocks += range.blocks();
    if (blocks > SumRequest::max_blocks) {
      return bad("it asks for too many sums");
    }
    if (request.kind == SumKind::proof && !take_chosen(wire, range.blocks(), &request)) {
      return bad("a range's chosen blocks are malformed");
    }
    expected = range.basis.end();
    request.ranges.push_back(range);
  }
  return request;
}

Result<Bytes>
sum_one(const HashKey& key, ReadAt& basis, const SumRequest& request)
{
  if (request.kind == SumKind::proof) {
    return prove_ranges(key, basis, request);
  }
  Bytes sums;
  sums.reserve(request.reply_bytes());
  for (const SumRange& range : request.ranges) {
    TRY(sum_range(key, basis, request, range, sums));
  }
  return sums;
}

} // namespace

std::uint64_t
SumRequest::reply_bytes() const
{
  std::uint64_t sums = 0;
  for (const SumRange& range : ranges) {
    sums += kind == SumKind::proof ? 0 : range.blocks();
  }
  for (const Bytes& bits : chosen) {
    sums += (count_chosen(bits) + group_blocks - 1) / group_blocks;
  }
  return sums * bytes_per_block();
}

void
encode(const SumRequests& requests, Bytes& out)
{
  for (const SumRequest& request : requests) {
    Bytes wire;
    append_request(request, wire);
    append_varint(out, wire.size());
    append(out, wire);
  }
}

Result<SumRequests>
decode_sum_requests(ByteView wire, std::uint64_t basis_bytes)
{
  SumRequests requests;
  while (!wire.empty()) {
    const auto bytes = take_varint(wire);
    if (!bytes || *bytes > wire.size() || requests.size() == max_requests_at_once) {
      return bad("its parts are malformed");
    }
    TRY_ASSIGN(SumRequest request, read_request(wire.first(*bytes), basis_bytes));
    wire = wire.subspan(*bytes);
    requests.push_back(std::move(request));
  }
  return requests;
}

Result<Bytes>
sum_ranges(const HashKey& key, ReadAt& basis, const SumRequests& requests)
{
  Bytes all;
  for (const SumRequest& request : requests) {
    TRY_ASSIGN(const Bytes sums, sum_one(key, basis, request));
    append(all, sums);
  }
  return all;
}

} // namespace godwit::delta
