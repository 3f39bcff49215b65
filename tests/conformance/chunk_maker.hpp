#pragma once

#include <algorithm>
#include <array>

#include "godwit/base/hash.hpp"
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

  // The head of the next chunk.
  Bytes header(std::uint32_t word, ByteView content)
  {
    static const HashKey key{HashKey::Seed{}};
    std::array<std::byte, 12> summed;
    store_le(summed.data(), word);
    store_le(summed.data() + 4, m_chunks++);
    Bytes header(12);
    store_le(header.data(), word);
    store_le(header.data() + 4, static_cast<std::uint32_t>(key.hash64(summed)));
    store_le(header.data() + 8, static_cast<std::uint32_t>(key.hash64(content)));
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

private:
  std::uint64_t m_chunks = 0;
};

} // namespace godwit::test
