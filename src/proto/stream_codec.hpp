#pragma once
// The zstd frames of one direction. A frame begins with what the frames before
// it held last as its prefix, so that a change of level forgets next to nothing.

#include <cstddef>

#include "godwit/base/bytes.hpp"
#include "godwit/base/result.hpp"
#include "godwit/proto/compression.hpp"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace godwit::proto {

// The last bytes of a stream.
class History
{
public:
  static constexpr std::size_t capacity = std::size_t{2} << 20;

  void add(ByteView bytes);
  // Oldest first.
  Bytes copy() const;

private:
  Bytes m_ring;
  std::size_t m_at = 0; // the oldest, once the ring is full
};

class Compressor
{
public:
  Compressor();
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  // Begins a frame.
  void begin(const Compression& compression);
  // Appends what `part` becomes; a decompressor can give back all of it.
  void compress(ByteView part, Bytes& out);

private:
  ZSTD_CCtx_s* m_context;
  History m_history;
  Bytes m_prefix; // of the frame that was begun: zstd borrows it
};

class Decompressor
{
public:
  Decompressor();
  ~Decompressor();
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  void begin();
  // Takes some of `wire` and appends at most `most` bytes to `out`. `is_full`: there may be more without further input.
  struct Taken {
    std::size_t bytes = 0;
    bool is_full = false;
  };
  Result<Taken> decompress(ByteView wire, std::size_t most, Bytes& out);

private:
  ZSTD_DCtx_s* m_context;
  History m_history;
  Bytes m_prefix;
};

} // namespace godwit::proto
