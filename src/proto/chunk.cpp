#include "godwit/proto/chunk.hpp"

#include <array>

#include <fmt/format.h>

#include "godwit/base/hash.hpp"

namespace godwit::proto {

namespace {

constexpr std::uint32_t compressed_bit = 1U << 31U;
constexpr std::uint32_t begins_frame_bit = 1U << 30U;
constexpr std::uint32_t length_bits = begins_frame_bit - 1;

const HashKey&
chunk_key()
{
  static const HashKey key{HashKey::Seed{}};
  return key;
}

std::uint32_t
sum_of(ByteView bytes)
{
  return static_cast<std::uint32_t>(chunk_key().hash64(bytes));
}

std::uint32_t
head_sum(std::uint32_t word, std::uint64_t number)
{
  std::array<std::byte, 12> bytes;
  store_le(bytes.data(), word);
  store_le(bytes.data() + 4, number);
  return sum_of(bytes);
}

// The number nearest to `expected` that ends in these 32 bits.
std::uint64_t
nearest(std::uint64_t expected, std::uint32_t low)
{
  const auto distance = static_cast<std::int32_t>(low - static_cast<std::uint32_t>(expected));
  return expected + static_cast<std::uint64_t>(static_cast<std::int64_t>(distance));
}

} // namespace

ChunkHead
ChunkHead::of(ByteView content, bool compressed, std::uint64_t number)
{
  return {static_cast<std::uint32_t>(content.size()), compressed, number, sum_of(content), false};
}

void
ChunkHead::store(std::byte* into) const
{
  const std::uint32_t word = length | (compressed ? compressed_bit : 0U) | (begins_frame ? begins_frame_bit : 0U);
  store_le(into, word);
  store_le(into + 4, static_cast<std::uint32_t>(number));
  store_le(into + 8, head_sum(word, number));
  store_le(into + 12, content_sum);
}

Result<ChunkHead>
ChunkHead::load(ByteView wire, std::uint64_t expected)
{
  const auto word = load_le<std::uint32_t>(wire.data());
  ChunkHead head;
  head.length = word & length_bits;
  head.compressed = (word & compressed_bit) != 0;
  head.begins_frame = (word & begins_frame_bit) != 0;
  head.number = nearest(expected, load_le<std::uint32_t>(wire.data() + 4));
  head.content_sum = load_le<std::uint32_t>(wire.data() + 12);
  if (load_le<std::uint32_t>(wire.data() + 8) != head_sum(word, head.number)) {
    return damaged_stream();
  }
  if (head.length > max_chunk_content) {
    return make_error(ErrorKind::protocol, fmt::format("cannot accept chunk of {} bytes: too long", head.length));
  }
  return head;
}

bool
ChunkHead::fits(ByteView content) const
{
  return sum_of(content) == content_sum;
}

std::size_t
ChunkHead::size_of_chunk(ByteView chunks)
{
  return wire_bytes + (load_le<std::uint32_t>(chunks.data()) & length_bits);
}

Error
damaged_stream()
{
  return make_error(ErrorKind::protocol, "the stream was damaged on its way: a check sum does not hold");
}

} // namespace godwit::proto
