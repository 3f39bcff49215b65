#include "proto/stream_codec.hpp"

#include <algorithm>
#include <string>

#include <zstd.h>

#include "godwit/base/assert.hpp"

namespace godwit::proto {

namespace {

void
set(ZSTD_CCtx* context, ZSTD_cParameter parameter, int value)
{
  ASSERT(!ZSTD_isError(ZSTD_CCtx_setParameter(context, parameter, value)));
}

} // namespace

void
History::add(ByteView bytes)
{
  bytes = bytes.last(std::min(bytes.size(), capacity));
  const std::size_t grown = std::min(capacity - m_ring.size(), bytes.size());
  append(m_ring, bytes.first(grown));
  bytes = bytes.subspan(grown);
  while (!bytes.empty()) {
    const std::size_t step = std::min(bytes.size(), capacity - m_at);
    std::memcpy(m_ring.data() + m_at, bytes.data(), step);
    m_at = (m_at + step) % capacity;
    bytes = bytes.subspan(step);
  }
}

Bytes
History::copy() const
{
  Bytes ordered;
  ordered.reserve(m_ring.size());
  append(ordered, ByteView(m_ring).subspan(m_at));
  append(ordered, ByteView(m_ring).first(m_at));
  return ordered;
}

Compressor::Compressor() : m_context(ZSTD_createCCtx())
{
  ASSERT(m_context != nullptr);
}

Compressor::~Compressor()
{
  ZSTD_freeCCtx(m_context);
}

void
Compressor::begin(const Compression& compression)
{
  ZSTD_CCtx_reset(m_context, ZSTD_reset_session_and_parameters);
  set(m_context, ZSTD_c_compressionLevel, compression.level);
  set(m_context, ZSTD_c_contentSizeFlag, 0);
  // The highest levels would reach back further than a reader allows.
  const bool is_cut = compression.window_log == 0 && compression.level >= 20;
  set(m_context, ZSTD_c_windowLog, is_cut ? Compression::max_window_log : compression.window_log);
  set(m_context, ZSTD_c_enableLongDistanceMatching, compression.long_distance ? 1 : 0);
  m_prefix = m_history.copy();
  if (!m_prefix.empty()) {
    ASSERT(!ZSTD_isError(ZSTD_CCtx_refPrefix(m_context, m_prefix.data(), m_prefix.size())));
  }
}

void
Compressor::compress(ByteView part, Bytes& out)
{
  const std::size_t at = out.size();
  const std::size_t bound = ZSTD_compressBound(part.size()) + 64;
  out.resize(at + bound);
  ZSTD_inBuffer in{part.data(), part.size(), 0};
  ZSTD_outBuffer into{out.data() + at, bound, 0};
  ASSERT(ZSTD_compressStream2(m_context, &into, &in, ZSTD_e_flush) == 0);
  out.resize(at + into.pos);
  m_history.add(part);
}

Decompressor::Decompressor() : m_context(ZSTD_createDCtx())
{
  ASSERT(m_context != nullptr);
  ZSTD_DCtx_setParameter(m_context, ZSTD_d_windowLogMax, Compression::max_window_log);
}

Decompressor::~Decompressor()
{
  ZSTD_freeDCtx(m_context);
}

void
Decompressor::begin()
{
  ZSTD_DCtx_reset(m_context, ZSTD_reset_session_only);
  m_prefix = m_history.copy();
  if (!m_prefix.empty()) {
    ASSERT(!ZSTD_isError(ZSTD_DCtx_refPrefix(m_context, m_prefix.data(), m_prefix.size())));
  }
}

Result<Decompressor::Taken>
Decompressor::decompress(ByteView wire, std::size_t most, Bytes& out)
{
  const std::size_t before = out.size();
  out.resize(before + most);
  ZSTD_inBuffer in{wire.data(), wire.size(), 0};
  ZSTD_outBuffer into{out.data() + before, most, 0};
  const std::size_t status = ZSTD_decompressStream(m_context, &into, &in);
  out.resize(before + into.pos);
  if (ZSTD_isError(status)) {
    return make_error(ErrorKind::protocol, std::string("cannot decompress: ") + ZSTD_getErrorName(status));
  }
  m_history.add(ByteView(out).subspan(before));
  return Taken{in.pos, into.pos == into.size};
}

} // namespace godwit::proto
