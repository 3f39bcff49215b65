#include "godwit/delta/signature.hpp"

#include <optional>

#include "delta/packed.hpp"
#include "godwit/base/varint.hpp"

namespace godwit::delta {

namespace {

// A block's key and its anchor's offset as one number.
std::uint64_t
pack(const Shape& shape, const Block& block)
{
  return std::uint64_t{block.key} << shape.offset_bits | block.offset;
}

unsigned
packed_bits(const Shape& shape)
{
  return (shape.offset_bits + shape.key_bits + 7) / 8 * 8;
}

unsigned
record_bits(const Shape& shape)
{
  return packed_bits(shape) + shape.strong_bits;
}

std::byte
pack(const SumOptions& options)
{
  return static_cast<std::byte>(static_cast<unsigned>(options.strength) |
                                static_cast<unsigned>(options.levels) << 1 |
                                static_cast<unsigned>(options.form) << 2);
}

SumOptions
unpack_options(std::byte packed)
{
  const auto bits = static_cast<unsigned>(packed);
  return {static_cast<Strength>(bits & 1), static_cast<Levels>(bits >> 1 & 1),
          static_cast<Form>(bits >> 2 & 1)};
}

Error
bad(const char* cause)
{
  return make_error(ErrorKind::protocol, std::string("cannot read signature: ") + cause);
}

struct Head {
  std::uint64_t basis_bytes = 0;
  SumOptions options;
  std::size_t wire_bytes = 0;
};

// Nothing while it is cut short.
Result<std::optional<Head>>
parse_head(ByteView wire)
{
  constexpr std::size_t max_varint = 10;
  ByteView rest = wire;
  const auto basis_bytes = take_varint(rest);
  if (!basis_bytes && wire.size() < max_varint) {
    return std::optional<Head>();
  }
  if (!basis_bytes || *basis_bytes > max_basis_bytes) {
    return bad("its head is malformed");
  }
  if (rest.empty()) {
    return std::optional<Head>();
  }
  if (rest.front() > std::byte{7}) {
    return bad("its options are unknown");
  }
  return std::optional(Head{*basis_bytes, unpack_options(rest.front()), wire.size() - rest.size() + 1});
}

} // namespace

void
encode(const Signature& signature, Bytes& out)
{
  append_varint(out, signature.basis_bytes);
  out.push_back(pack(signature.shape.options));
  encode_blocks(signature.shape, signature.blocks, out);
}

void
encode_blocks(const Shape& shape, std::span<const Block> blocks, Bytes& out)
{
  out.reserve(out.size() + blocks.size() * record_bits(shape) / 8);
  for (const Block& block : blocks) {
    append_low(out, pack(shape, block), packed_bits(shape));
    append_low(out, block.strong, shape.strong_bits);
  }
}

bool
SignatureReader::is_complete() const
{
  return m_has_head && m_signature.blocks.size() == m_count && m_rest.empty();
}

Form
form_of(ByteView part)
{
  const auto head = parse_head(part);
  return head && *head ? (*head)->options.form : Form::plain;
}

// Nothing is taken before all of it is there.
Result<>
SignatureReader::read_head()
{
  TRY_ASSIGN(const std::optional<Head> head, parse_head(m_rest));
  if (head) {
    m_signature.basis_bytes = head->basis_bytes;
    m_signature.shape = shape_for(head->basis_bytes, head->options);
    m_count = (head->basis_bytes + m_signature.shape.block_bytes - 1) / m_signature.shape.block_bytes;
    drop_front(m_rest, head->wire_bytes);
    m_has_head = true;
  }
  return {};
}

Result<>
SignatureReader::add(ByteView part)
{
  append(m_rest, part);
  if (!m_has_head) {
    TRY(read_head());
  }
  if (!m_has_head) {
    return {};
  }
  const Shape& shape = m_signature.shape;
  const std::size_t record_bytes = record_bits(shape) / 8;
  ByteView wire = m_rest;
  if (wire.size() > (m_count - m_signature.blocks.size()) * record_bytes) {
    return bad("its length does not fit the file's size");
  }
  while (wire.size() >= record_bytes) {
    Block block;
    const std::uint64_t packed = take_low(wire, packed_bits(shape));
    block.key = static_cast<std::uint32_t>(packed >> shape.offset_bits);
    block.offset = static_cast<std::uint32_t>(packed & ((std::uint64_t{1} << shape.offset_bits) - 1));
    block.strong = take_low(wire, shape.strong_bits);
    m_signature.blocks.push_back(block);
  }
  m_rest.erase(m_rest.begin(), m_rest.end() - static_cast<std::ptrdiff_t>(wire.size()));
  return {};
}

Result<Signature>
decode(ByteView wire)
{
  SignatureReader reader;
  TRY(reader.add(wire));
  if (!reader.is_complete()) {
    return bad("it is cut short");
  }
  return reader.take();
}

} // namespace godwit::delta
