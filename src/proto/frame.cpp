#include "godwit/proto/frame.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <zstd.h>

#include "godwit/base/assert.hpp"

namespace godwit::proto {

namespace {

constexpr std::size_t header_bytes = ChunkHead::wire_bytes;
constexpr int raw_chunks_after_random = 15; // then compression is tried again
constexpr int max_window_log = 23; // 8 MiB: what a peer may make us allocate

// Of the chunk whose content follows from `at` + header_bytes to the end of `out`.
void
put_header(Bytes& out, std::size_t at, bool compressed, std::uint64_t number)
{
  ChunkHead::of(ByteView(out).subspan(at + header_bytes), compressed, number).store(out.data() + at);
}

} // namespace

struct FrameWriter::Compressor {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  Compressor() = default;
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  ~Compressor() { ZSTD_freeCCtx(context); }
};

FrameWriter::FrameWriter(int level)
{
  set_level(level);
}

void
FrameWriter::set_level(int level)
{
  m_compressor.reset();
  if (level == 0) {
    return;
  }
  m_compressor = std::make_unique<Compressor>();
  ASSERT(!ZSTD_isError(ZSTD_CCtx_setParameter(m_compressor->context, ZSTD_c_compressionLevel, level)));
  ASSERT(!ZSTD_isError(ZSTD_CCtx_setParameter(m_compressor->context, ZSTD_c_contentSizeFlag, 0)));
}

FrameWriter::~FrameWriter() = default;
FrameWriter::FrameWriter(FrameWriter&&) noexcept = default;

void
FrameWriter::add(const Message& message)
{
  encode(message, m_plain);
}

ByteView
FrameWriter::flush()
{
  m_wire.clear();
  ByteView rest = m_plain;
  while (!rest.empty()) {
    const ByteView part = rest.first(std::min(rest.size(), chunk_target_bytes));
    rest = rest.subspan(part.size());
    const std::size_t at = m_wire.size();
    if (!m_compressor || m_raw_chunks > 0) {
      m_raw_chunks -= m_raw_chunks > 0 ? 1 : 0;
      m_wire.resize(at + header_bytes);
      append(m_wire, part);
      put_header(m_wire, at, false, m_number++);
      continue;
    }
    const std::size_t bound = ZSTD_compressBound(part.size()) + 64;
    m_wire.resize(at + header_bytes + bound);
    ZSTD_inBuffer in{part.data(), part.size(), 0};
    ZSTD_outBuffer out{m_wire.data() + at + header_bytes, bound, 0};
    const std::size_t left = ZSTD_compressStream2(m_compressor->context, &out, &in, ZSTD_e_flush);
    ASSERT(left == 0);
    m_wire.resize(at + header_bytes + out.pos);
    put_header(m_wire, at, true, m_number++);
    const bool is_random = part.size() == chunk_target_bytes && out.pos > part.size() - part.size() / 64;
    m_raw_chunks = is_random ? raw_chunks_after_random : 0;
  }
  m_plain.clear();
  return m_wire;
}

struct FrameReader::Decompressor {
  ZSTD_DCtx* context = ZSTD_createDCtx();
  Decompressor() { ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, max_window_log); }
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;
  ~Decompressor() { ZSTD_freeDCtx(context); }
};

FrameReader::FrameReader() : m_decompressor(std::make_unique<Decompressor>()) {}
FrameReader::~FrameReader() = default;
FrameReader::FrameReader(FrameReader&&) noexcept = default;

void
FrameReader::feed(ByteView bytes)
{
  drop_front(m_wire, m_wire_at);
  m_wire_at = 0;
  append(m_wire, bytes);
}

Result<std::optional<Message>>
FrameReader::next()
{
  while (true) {
    Decoder head(ByteView(m_plain).subspan(m_plain_at));
    const std::size_t available = m_plain.size() - m_plain_at;
    const std::uint64_t tag = head.get_varint();
    const std::uint64_t length = head.get_varint();
    if (head.ok()) {
      if (length > max_message_bytes) {
        return make_error(ErrorKind::protocol, fmt::format("cannot accept message of {} bytes: too long", length));
      }
      const std::size_t head_bytes = available - head.bytes_left();
      if (head.bytes_left() >= length) {
        const ByteView fields = ByteView(m_plain).subspan(m_plain_at + head_bytes, static_cast<std::size_t>(length));
        m_message_bytes = head_bytes + static_cast<std::size_t>(length);
        m_plain_at += m_message_bytes;
        TRY_ASSIGN(Message message, decode(tag, fields));
        return std::optional<Message>(std::move(message));
      }
    } else if (available >= 20) {
      return make_error(ErrorKind::protocol, "cannot decode message: " + head.error());
    }
    TRY_ASSIGN(const bool more, unpack());
    if (!more) {
      return std::optional<Message>();
    }
  }
}

Result<bool>
FrameReader::read_header()
{
  if (m_wire.size() - m_wire_at < header_bytes) {
    return false;
  }
  const ByteView wire = ByteView(m_wire).subspan(m_wire_at);
  TRY_ASSIGN(const ChunkHead head, ChunkHead::load(wire, m_number));
  if (head.number != m_number) {
    return damaged_stream();
  }
  if (wire.size() - header_bytes < head.length) {
    return false; // it is checked as a whole before any of it is used
  }
  if (!head.fits(wire.subspan(header_bytes, head.length))) {
    return damaged_stream();
  }
  ++m_number;
  m_wire_at += header_bytes;
  m_chunk_left = head.length;
  m_chunk_is_compressed = head.compressed;
  return true;
}

Result<bool>
FrameReader::unpack()
{
  drop_front(m_plain, m_plain_at);
  m_plain_at = 0;
  while (true) {
    if (m_chunk_left == 0 && !m_output_waits) {
      TRY_ASSIGN(const bool found, read_header());
      if (!found) {
        return false;
      }
      continue; // an empty chunk is allowed
    }
    const ByteView wire = ByteView(m_wire).subspan(m_wire_at, std::min(m_chunk_left, m_wire.size() - m_wire_at));
    if (wire.empty() && !m_output_waits) {
      return false;
    }
    TRY_ASSIGN(const bool grew, m_chunk_is_compressed ? unpack_compressed(wire) : unpack_raw(wire));
    if (grew) {
      return true;
    }
  }
}

Result<bool>
FrameReader::unpack_raw(ByteView wire)
{
  append(m_plain, wire);
  m_wire_at += wire.size();
  m_chunk_left -= wire.size();
  return true;
}

Result<bool>
FrameReader::unpack_compressed(ByteView wire)
{
  const std::size_t before = m_plain.size();
  m_plain.resize(before + chunk_target_bytes);
  ZSTD_inBuffer in{wire.data(), wire.size(), 0};
  ZSTD_outBuffer out{m_plain.data() + before, chunk_target_bytes, 0};
  const std::size_t status = ZSTD_decompressStream(m_decompressor->context, &out, &in);
  m_plain.resize(before + out.pos);
  if (ZSTD_isError(status)) {
    return make_error(ErrorKind::protocol, std::string("cannot decompress: ") + ZSTD_getErrorName(status));
  }
  m_wire_at += in.pos;
  m_chunk_left -= in.pos;
  m_output_waits = out.pos == out.size;
  return out.pos != 0;
}

} // namespace godwit::proto
