#pragma once

#include <algorithm>

#include "godwit/proto/frame.hpp"

namespace godwit::test {

// The chunks of one direction, for those who send what no FrameWriter would.
class ChunkMaker
{
public:
  static constexpr std::uint32_t compressed_bit = 1U << 31U;

  static Bytes encoded(const proto::Message& message)
  {
    Bytes plain;
    proto::encode(message, plain);
    return plain;
  }
  // With each byte `from` turned into `to`.
  static Bytes encoded(const proto::Message& message, char from, char to)
  {
    Bytes plain = encoded(message);
    std::replace(plain.begin(), plain.end(), static_cast<std::byte>(from), static_cast<std::byte>(to));
    return plain;
  }

  // The head of the next chunk; `word` is that of its length.
  Bytes header(std::uint32_t word, ByteView content)
  {
    proto::ChunkHead head = proto::ChunkHead::of(content, (word & compressed_bit) != 0, m_chunks++);
    head.length = word & ~compressed_bit;
    Bytes header(proto::ChunkHead::wire_bytes);
    head.store(header.data());
    return header;
  }
  Bytes chunk(ByteView content, std::uint32_t flags = 0)
  {
    Bytes chunk = header(static_cast<std::uint32_t>(content.size()) | flags, content);
    append(chunk, content);
    return chunk;
  }
  // As many chunks as it needs.
  Bytes chunks(ByteView plain)
  {
    Bytes all;
    while (!plain.empty()) {
      const ByteView part = plain.first(std::min(plain.size(), proto::chunk_target_bytes));
      plain = plain.subspan(part.size());
      append(all, chunk(part));
    }
    return all;
  }

  // What the next chunk's number will be.
  void skip_to(std::uint64_t number) { m_chunks = number; }

private:
  std::uint64_t m_chunks = 0;
};

} // namespace godwit::test
