#pragma once
// Messages to bytes and back, in chunks (proto/chunk). The contents of compressed
// chunks of one direction are one zstd stream (RFC 8878), flushed at each chunk's
// end; those of raw chunks stand for themselves. A message may span chunks.

#include <memory>
#include <optional>

#include "godwit/base/bytes.hpp"
#include "godwit/base/result.hpp"
#include "godwit/proto/chunk.hpp"
#include "godwit/proto/messages.hpp"

namespace godwit::proto {

// One direction's sender. Used by one thread.
class FrameWriter
{
public:
  // level 0: raw chunks only; else zstd's.
  explicit FrameWriter(int level);
  ~FrameWriter();
  FrameWriter(FrameWriter&&) noexcept;

  // Only where nothing was compressed yet.
  void set_level(int level);

  void add(const Message& message);
  // Bytes of messages not yet in a chunk.
  std::size_t pending_bytes() const { return m_plain.size(); }
  // All pending messages as chunks; valid until the next call.
  ByteView flush();

private:
  struct Compressor;
  Bytes m_plain;
  Bytes m_wire;
  std::unique_ptr<Compressor> m_compressor;
  std::uint64_t m_number = 0;
  int m_raw_chunks = 0; // to come: what was last compressed did not get smaller
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
  struct Decompressor;
  Result<bool> unpack(); // more plain bytes, or false: needs more from the wire
  Result<bool> unpack_raw(ByteView wire);
  Result<bool> unpack_compressed(ByteView wire);
  Result<bool> read_header();

  Bytes m_wire;
  std::size_t m_wire_at = 0;
  Bytes m_plain;
  std::size_t m_plain_at = 0;
  std::size_t m_message_bytes = 0;
  std::uint64_t m_number = 0; // of the next chunk
  std::size_t m_chunk_left = 0;
  bool m_chunk_is_compressed = false;
  bool m_output_waits = false; // the decompressor has more for us than fitted
  std::unique_ptr<Decompressor> m_decompressor;
};

} // namespace godwit::proto
