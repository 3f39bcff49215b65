#pragma once
// Messages to bytes and back, in chunks (proto/chunk). The contents of compressed
// chunks of one direction are zstd frames (RFC 8878), flushed at each chunk's
// end. A frame lasts until the next one begins; its prefix is the last 2 MiB of
// what compressed chunks held before it. Raw chunks stand for themselves. A
// message may span chunks.

#include <memory>
#include <optional>

#include "godwit/base/bytes.hpp"
#include "godwit/base/result.hpp"
#include "godwit/proto/chunk.hpp"
#include "godwit/proto/compression.hpp"
#include "godwit/proto/messages.hpp"

namespace godwit::proto {

class Compressor;
class Decompressor;

// One direction's sender. Used by one thread.
class FrameWriter
{
public:
  // level 0: raw chunks only, but for pages of listings if so wished; else zstd's.
  explicit FrameWriter(int level);
  ~FrameWriter();
  FrameWriter(FrameWriter&&) noexcept;

  // From the next chunk on. A new frame costs some ms: at most once a second.
  void use(const Compression& compression);
  const Compression& compression() const { return m_compression; }

  void add(const Message& message);
  // Bytes of messages not yet in a chunk.
  std::size_t pending_bytes() const;
  // All pending messages as whole chunks; valid until the next call.
  ByteView flush();
  // Of all that was flushed: what was given to the compressor, and what it made of it.
  std::uint64_t compressed_from() const { return m_compressed_from; }
  std::uint64_t compressed_to() const { return m_compressed_to; }

private:
  bool compresses() const;
  void add_chunk(ByteView part);
  void add_raw_chunk(ByteView part);

  Compression m_compression;
  Compression m_frame; // of the zstd frame that has begun; level 0: none
  bool m_holds_pages = false; // what is pending: pages of listings,
  bool m_holds_others = false; // or something else
  Bytes m_plain; // behind room for a header
  Bytes m_wire;
  std::unique_ptr<Compressor> m_compressor; // null before the first use
  std::uint64_t m_number = 0;
  std::uint64_t m_compressed_from = 0;
  std::uint64_t m_compressed_to = 0;
};

// One direction's receiver. Takes bytes as they come, in any portions; holds at
// most one message, a chunk and a portion, whatever the peer sends. Used by one thread.
class FrameReader
{
public:
  FrameReader();
  ~FrameReader();
  FrameReader(FrameReader&&) noexcept;

  // Bytes from the wire, in the order of their chunks. Call next() until it has nothing before feeding more.
  void feed(ByteView bytes);
  Result<std::optional<Message>> next();
  // Of the last message that next() gave, uncompressed.
  std::size_t message_bytes() const { return m_message_bytes; }

private:
  Result<bool> unpack(); // more plain bytes, or false: needs more from the wire
  Result<bool> unpack_chunk();
  Result<std::optional<Message>> take_message();
  void keep_rest();
  Result<bool> read_header();

  Bytes m_wire;
  std::size_t m_wire_at = 0;
  Bytes m_plain;  // unpacked, where it does not lie in m_wire as it is
  ByteView m_rest; // what is unpacked and not yet decoded: the end of m_plain, or of a chunk in m_wire
  bool m_rest_is_wire = false;
  std::size_t m_message_bytes = 0;
  std::uint64_t m_number = 0; // of the next chunk
  std::size_t m_chunk_left = 0;
  bool m_chunk_is_compressed = false;
  bool m_output_waits = false; // the decompressor has more for us than fitted
  std::unique_ptr<Decompressor> m_decompressor;
};

} // namespace godwit::proto
