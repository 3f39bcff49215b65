#include "godwit/delta/signature.hpp"

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
                                static_cast<unsigned>(options.levels) << 1);
}

SumOptions
unpack_options(std::byte packed)
{
  const auto bits = static_cast<unsigned>(packed);
  return {static_cast<Strength>(bits & 1), static_cast<Levels>(bits >> 1 & 1)};
}

Error
bad(const char* cause)
{
  return make_error(ErrorKind::protocol, std::string("cannot read signature: ") + cause);
}

} // namespace

void
encode(const Signature& signature, Bytes& out)
{
  const Shape& shape = signature.shape;
  append_varint(out, signature.basis_bytes);
  out.push_back(pack(shape.options));
  out.reserve(out.size() + signature.blocks.size() * record_bits(shape) / 8);
  for (const Block& block : signature.blocks) {
    append_low(out, pack(shape, block), packed_bits(shape));
    append_low(out, block.strong, shape.strong_bits);
  }
}

Result<Signature>
decode(ByteView wire)
{
  const auto basis_bytes = take_varint(wire);
  if (!basis_bytes || *basis_bytes > max_basis_bytes || wire.empty()) {
    return bad("its head is malformed");
  }
  if (wire.front() > std::byte{3}) {
    return bad("its options are unknown");
  }
  Signature signature;
  signature.basis_bytes = *basis_bytes;
  signature.shape = shape_for(*basis_bytes, unpack_options(wire.front()));
  wire = wire.subspan(1);
  const Shape& shape = signature.shape;
  const std::uint64_t count = (*basis_bytes + shape.block_bytes - 1) / shape.block_bytes;
  // The peer must have sent what it makes us allocate for.
  if (wire.size() != count * record_bits(shape) / 8) {
    return bad("its length does not fit the file's size");
  }
  signature.blocks.resize(count);
  for (Block& block : signature.blocks) {
    const std::uint64_t packed = take_low(wire, packed_bits(shape));
    block.key = static_cast<std::uint32_t>(packed >> shape.offset_bits);
    block.offset = static_cast<std::uint32_t>(packed & ((std::uint64_t{1} << shape.offset_bits) - 1));
    block.strong = take_low(wire, shape.strong_bits);
  }
  return signature;
}

} // namespace godwit::delta
