#include "godwit/delta/signature.hpp"

#include "godwit/base/varint.hpp"

namespace godwit::delta
{

namespace
{

void
append_low(Bytes& out, std::uint64_t value, unsigned bits)
{
  for (unsigned shift = 0; shift < bits; shift += 8) {
    out.push_back(static_cast<std::byte>(value >> shift));
  }
}

std::uint64_t
take_low(ByteView& from, unsigned bits)
{
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < bits; shift += 8) {
    value |= static_cast<std::uint64_t>(from[shift / 8]) << shift;
  }
  from = from.subspan(bits / 8);
  return value;
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
  out.push_back(static_cast<std::byte>(shape.strength));
  out.reserve(out.size() + signature.blocks.size() * (shape.key_bits + shape.strong_bits) / 8);
  for (const Block& block : signature.blocks) {
    append_low(out, block.key, shape.key_bits);
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
  if (wire.front() > static_cast<std::byte>(Strength::full)) {
    return bad("its strength is unknown");
  }
  Signature signature;
  signature.basis_bytes = *basis_bytes;
  signature.shape = shape_for(*basis_bytes, static_cast<Strength>(wire.front()));
  wire = wire.subspan(1);
  const Shape& shape = signature.shape;
  const std::uint64_t count = (*basis_bytes + shape.block_bytes - 1) / shape.block_bytes;
  // The peer must have sent what it makes us allocate for.
  if (wire.size() != count * (shape.key_bits + shape.strong_bits) / 8) {
    return bad("its length does not fit the file's size");
  }
  signature.blocks.resize(count);
  for (Block& block : signature.blocks) {
    block.key = static_cast<std::uint32_t>(take_low(wire, shape.key_bits));
    block.strong = take_low(wire, shape.strong_bits);
  }
  return signature;
}

} // namespace godwit::delta
