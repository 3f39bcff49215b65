#include "godwit/proto/frame.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "proto/disorder.hpp"
#include "proto/stream_codec.hpp"

namespace godwit::proto {

namespace {

constexpr std::size_t header_bytes = ChunkHead::wire_bytes;
// What is this little longer is not cut for it.
constexpr std::size_t max_plain_chunk = chunk_target_bytes + chunk_target_bytes / 4;

constexpr Compression for_pages{1, 0, false, false};

enum class Packing : std::uint8_t { none, frame, new_frame };

bool
is_of_pages(const Message& message)
{
  return std::holds_alternative<Page>(message) || std::holds_alternative<RunsWanted>(message) ||
         std::holds_alternative<Runs>(message) || std::holds_alternative<DifferencesWanted>(message) ||
         std::holds_alternative<Differences>(message) || std::holds_alternative<PageWanted>(message) ||
         std::holds_alternative<PageListed>(message);
}

// What comes with anything.
bool
is_upkeep(const Message& message)
{
  return std::holds_alternative<Keepalive>(message) || std::holds_alternative<Pace>(message) ||
         std::holds_alternative<PagesSettled>(message);
}

// Of the chunk whose content follows from `at` + header_bytes to the end of `out`.
void
put_header(Bytes& out, std::size_t at, Packing packing, std::uint64_t number)
{
  ChunkHead head = ChunkHead::of(ByteView(out).subspan(at + header_bytes), packing != Packing::none, number);
  head.begins_frame = packing == Packing::new_frame;
  head.store(out.data() + at);
}

} // namespace

FrameWriter::FrameWriter(int level) : m_plain(header_bytes)
{
  use({level, 0, false});
}

FrameWriter::~FrameWriter() = default;
FrameWriter::FrameWriter(FrameWriter&&) noexcept = default;

void
FrameWriter::use(const Compression& compression)
{
  m_compression = compression;
}

void
FrameWriter::add(const Message& message)
{
  encode(message, m_plain);
  m_holds_pages = m_holds_pages || is_of_pages(message);
  m_holds_others = m_holds_others || !(is_of_pages(message) || is_upkeep(message));
}

bool
FrameWriter::compresses() const
{
  return m_compression.level != 0 || (m_compression.packs_pages && m_holds_pages && !m_holds_others);
}

std::size_t
FrameWriter::pending_bytes() const
{
  return m_plain.size() - header_bytes;
}

ByteView
FrameWriter::flush()
{
  m_wire.clear();
  ByteView rest = ByteView(m_plain).subspan(header_bytes);
  if (!compresses() && !rest.empty() && rest.size() <= max_plain_chunk) {
    m_wire.swap(m_plain); // the one chunk lies there already
    put_header(m_wire, 0, Packing::none, m_number++);
    rest = {};
  }
  while (!rest.empty()) {
    const ByteView part = rest.first(rest.size() <= max_plain_chunk ? rest.size() : chunk_target_bytes);
    rest = rest.subspan(part.size());
    add_chunk(part);
  }
  m_plain.resize(header_bytes);
  m_holds_pages = m_holds_others = false;
  return m_wire;
}

void
FrameWriter::add_chunk(ByteView part)
{
  if (!compresses() || (m_compression.level != 0 && looks_random(part))) {
    return add_raw_chunk(part);
  }
  const std::size_t at = m_wire.size();
  m_wire.resize(at + header_bytes);
  const Compression& wanted = m_compression.level != 0 ? m_compression : for_pages;
  const Packing packing = wanted == m_frame ? Packing::frame : Packing::new_frame;
  if (packing == Packing::new_frame) {
    if (!m_compressor) {
      m_compressor = std::make_unique<Compressor>();
    }
    m_compressor->begin(wanted);
    m_frame = wanted;
  }
  m_compressor->compress(part, m_wire);
  m_compressed_from += part.size();
  m_compressed_to += m_wire.size() - at;
  put_header(m_wire, at, packing, m_number++);
}

void
FrameWriter::add_raw_chunk(ByteView part)
{
  const std::size_t at = m_wire.size();
  m_wire.resize(at + header_bytes);
  append(m_wire, part);
  put_header(m_wire, at, Packing::none, m_number++);
}

FrameReader::FrameReader() : m_decompressor(std::make_unique<Decompressor>()) {}
FrameReader::~FrameReader() = default;
FrameReader::FrameReader(FrameReader&&) noexcept = default;

void
FrameReader::feed(ByteView bytes)
{
  keep_rest();
  drop_front(m_wire, m_wire_at);
  m_wire_at = 0;
  append(m_wire, bytes);
}

// Before the bytes that m_rest looks at move: they come to the front of m_plain.
void
FrameReader::keep_rest()
{
  if (m_rest_is_wire) {
    m_plain.clear();
    append(m_plain, m_rest);
    m_rest_is_wire = false;
  } else {
    drop_front(m_plain, m_plain.size() - m_rest.size());
  }
  m_rest = m_plain;
}

Result<std::optional<Message>>
FrameReader::next()
{
  while (true) {
    TRY_ASSIGN(std::optional<Message> message, take_message());
    if (message) {
      return message;
    }
    TRY_ASSIGN(const bool more, unpack());
    if (!more) {
      return std::optional<Message>();
    }
  }
}

// Nothing where it is not all there.
Result<std::optional<Message>>
FrameReader::take_message()
{
  Decoder head(m_rest);
  const std::uint64_t tag = head.get_varint();
  const std::uint64_t length = head.get_varint();
  if (!head.ok()) {
    return m_rest.size() < 20 ? Result<std::optional<Message>>(std::nullopt)
                              : make_error(ErrorKind::protocol, "cannot decode message: " + head.error());
  }
  if (length > max_message_bytes) {
    return make_error(ErrorKind::protocol, fmt::format("cannot accept message of {} bytes: too long", length));
  }
  if (head.bytes_left() < length) {
    return std::optional<Message>();
  }
  const std::size_t head_bytes = m_rest.size() - head.bytes_left();
  const ByteView fields = m_rest.subspan(head_bytes, static_cast<std::size_t>(length));
  m_message_bytes = head_bytes + static_cast<std::size_t>(length);
  m_rest = m_rest.subspan(m_message_bytes);
  TRY_ASSIGN(Message message, decode(tag, fields));
  return std::optional<Message>(std::move(message));
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
  if (head.begins_frame) {
    m_decompressor->begin();
  }
  return true;
}

Result<bool>
FrameReader::unpack()
{
  while (true) {
    if (m_chunk_left == 0 && !m_output_waits) {
      TRY_ASSIGN(const bool found, read_header());
      if (!found) {
        return false;
      }
      continue; // an empty chunk is allowed
    }
    TRY_ASSIGN(const bool grew, unpack_chunk());
    if (grew) {
      return true;
    }
  }
}

// All of the chunk that is left is there.
Result<bool>
FrameReader::unpack_chunk()
{
  const ByteView wire = ByteView(m_wire).subspan(m_wire_at, m_chunk_left);
  if (!m_chunk_is_compressed && m_rest.empty()) {
    m_rest = wire; // most messages lie whole in one chunk, and are decoded where they lie
    m_rest_is_wire = true;
    m_wire_at += wire.size();
    m_chunk_left = 0;
    return true;
  }
  keep_rest();
  const std::size_t before = m_plain.size();
  Decompressor::Taken taken{wire.size(), false};
  if (m_chunk_is_compressed) {
    TRY_ASSIGN(taken, m_decompressor->decompress(wire, max_plain_chunk, m_plain));
  } else {
    append(m_plain, wire);
  }
  m_wire_at += taken.bytes;
  m_chunk_left -= taken.bytes;
  m_output_waits = taken.is_full;
  m_rest = m_plain;
  return m_plain.size() != before;
}

} // namespace godwit::proto
