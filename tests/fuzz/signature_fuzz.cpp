// A sender that is sent any signature: it is refused, or gives ops that stay within what it claims.
#include "fuzz_input.hpp"

#include <array>

#include "godwit/delta/matcher.hpp"

using namespace godwit;
using namespace godwit::testing;
using namespace godwit::delta;

namespace {

// Small ones, sizes around blocks, and one for each kind of anchors.
constexpr std::array<std::uint64_t, 8> basis_sizes = {0,     1,     511,   1025,
                                                      20000, 70001, 1U << 20, (std::uint64_t{1} << 20) + 4097};

Bytes
made_bytes(std::uint64_t size)
{
  Bytes bytes(size);
  for (std::uint64_t at = 0; at < size; ++at) {
    bytes[at] = made_byte(at);
  }
  return bytes;
}

// The true signature of a made file, computed once for each kind.
const Bytes&
true_wire(std::size_t size_index, std::size_t option_index)
{
  static std::array<std::array<Bytes, 4>, basis_sizes.size()> wires;
  Bytes& wire = wires[size_index][option_index];
  if (wire.empty()) {
    const std::uint64_t size = basis_sizes[size_index];
    SignatureBuilder builder(
        fuzz_key(), size,
        {static_cast<Strength>(option_index & 1), static_cast<Levels>(option_index >> 1)});
    builder.update(made_bytes(size));
    encode(builder.finish(), wire);
  }
  return wire;
}

// The input itself, or a true signature with a part overwritten by it.
Bytes
wire_of(FuzzInput& input)
{
  if (input.below(2) == 0) {
    return {input.rest().begin(), input.rest().end()};
  }
  const std::uint64_t choice = input.number(1);
  Bytes wire = true_wire(choice % basis_sizes.size(), choice / basis_sizes.size() % 4);
  std::size_t at = input.below(wire.size(), 2);
  for (const std::byte byte : input.bytes(64)) {
    wire[at] ^= byte;
    at = (at + 1) % wire.size();
  }
  return wire;
}

struct Checker : OpSink {
  explicit Checker(std::uint64_t bytes) : basis_bytes(bytes) {}
  Result<>
  copy(std::uint64_t basis_at, std::uint64_t bytes) override
  {
    FUZZ_CHECK(basis_at <= basis_bytes && bytes <= basis_bytes - basis_at);
    total += bytes;
    return {};
  }
  Result<>
  literal(ByteView bytes) override
  {
    total += bytes.size();
    return {};
  }
  Result<>
  hole(std::uint64_t bytes) override
  {
    total += bytes;
    return {};
  }
  std::uint64_t basis_bytes;
  std::uint64_t total = 0;
};

// Made content with a piece of the input in it.
Bytes
fresh_bytes(const FuzzInput& input)
{
  static const Bytes made = made_bytes(20000);
  const ByteView piece = input.rest().first(std::min<std::size_t>(input.rest().size(), 3000));
  const std::size_t cut = piece.empty() ? 0 : 8 * static_cast<std::size_t>(piece.front());
  Bytes fresh(made.begin(), made.begin() + static_cast<std::ptrdiff_t>(cut));
  append(fresh, piece);
  append(fresh, ByteView(made).subspan(cut));
  return fresh;
}

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count)
{
  FuzzInput input(bytes, count);
  const Bytes wire = wire_of(input);
  auto signature = decode(wire);
  if (!signature) {
    FUZZ_CHECK(signature.error().kind == ErrorKind::protocol);
    return 0;
  }
  FUZZ_CHECK(signature->blocks.size() * 6 <= wire.size());
  Bytes again;
  encode(*signature, again);
  auto twice = decode(again);
  FUZZ_CHECK(twice && twice->blocks.size() == signature->blocks.size());

  const Bytes fresh = fresh_bytes(input);
  MemoryReadAt file(fresh);
  Checker sink(signature->basis_bytes);
  auto matched = Matcher(fuzz_key(), *std::move(signature)).match(file, fresh.size(), sink);
  FUZZ_CHECK(matched && matched->bytes == fresh.size() && sink.total == fresh.size());
  FUZZ_CHECK(matched->literal_bytes + matched->matched_bytes == fresh.size());
  return 0;
}
