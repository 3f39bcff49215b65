// A receiver that is sent any ops: it stays within the basis and the announced size, and keeps count.
#include "fuzz_input.hpp"

#include <vector>

#include "godwit/delta/patcher.hpp"

using namespace godwit;
using namespace godwit::testing;

namespace {

constexpr std::uint64_t basis_bytes = 70000;

struct Counter : Rebuild {
  Result<>
  literal(ByteView piece) override
  {
    bytes += piece.size();
    return {};
  }
  Result<>
  copy(std::uint64_t basis_at, ByteView content) override
  {
    FUZZ_CHECK(basis_at + content.size() <= basis_bytes);
    FUZZ_CHECK(content.empty() || content.front() == made_byte(basis_at));
    bytes += content.size();
    return {};
  }
  Result<>
  hole(std::uint64_t zeros) override
  {
    bytes += zeros;
    return {};
  }
  std::uint64_t bytes = 0;
};

// Ops as they are, adjacent ones of a kind joined.
struct Recorder : delta::OpSink {
  struct Op {
    std::uint64_t basis_at = 0;
    std::uint64_t copied = 0;
    Bytes bytes;
    std::uint64_t zeros = 0;
    bool operator==(const Op&) const = default;
  };
  Result<>
  copy(std::uint64_t basis_at, std::uint64_t bytes) override
  {
    FUZZ_CHECK(bytes != 0);
    if (!ops.empty() && ops.back().copied != 0 && ops.back().basis_at + ops.back().copied == basis_at) {
      ops.back().copied += bytes;
    } else {
      ops.push_back({basis_at, bytes, {}, 0});
    }
    return {};
  }
  Result<>
  literal(ByteView bytes) override
  {
    FUZZ_CHECK(!bytes.empty());
    if (ops.empty() || ops.back().bytes.empty()) {
      ops.emplace_back();
    }
    append(ops.back().bytes, bytes);
    return {};
  }
  Result<>
  hole(std::uint64_t bytes) override
  {
    FUZZ_CHECK(bytes != 0);
    ops.push_back({0, 0, {}, bytes});
    return {};
  }
  std::vector<Op> ops;
};

void
patch(FuzzInput input)
{
  MadeFile basis(basis_bytes);
  Counter rebuild;
  const bool has_basis = input.below(8) != 0;
  const std::uint64_t limit = input.number(3);
  delta::Patcher patcher(has_basis ? &basis : nullptr, basis_bytes, rebuild, fuzz_key());
  patcher.set_limit(limit);
  while (!input.empty()) {
    const std::size_t chunk_bytes = 1 + input.number(2);
    if (!patcher.apply(input.bytes(chunk_bytes))) {
      break;
    }
    FUZZ_CHECK(patcher.rebuilt_bytes() == rebuild.bytes);
  }
  FUZZ_CHECK(rebuild.bytes <= limit && patcher.rebuilt_bytes() <= limit);
  FUZZ_CHECK(patcher.copied_bytes() <= patcher.rebuilt_bytes());
  FUZZ_CHECK(!patcher.finish({}, limit + 1));
}

// What was read can be written, and is then read the same. Lengths are kept so far below 2^64 that
// adjacent copies can be joined.
void
write_again(ByteView chunk)
{
  Recorder first;
  if (!delta::read_ops(chunk, first)) {
    return;
  }
  Recorder second;
  delta::OpWriter writer([&](Bytes written) {
    FUZZ_CHECK(written.size() <= delta::max_chunk_bytes);
    return delta::read_ops(written, second);
  });
  for (const Recorder::Op& op : first.ops) {
    if (op.copied >> 60 != 0 || op.basis_at >> 60 != 0) {
      return;
    }
    FUZZ_CHECK(op.copied != 0  ? writer.copy(op.basis_at, op.copied)
               : op.zeros != 0 ? writer.hole(op.zeros)
                               : writer.literal(op.bytes));
  }
  FUZZ_CHECK(writer.finish());
  FUZZ_CHECK(first.ops == second.ops);
}

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count)
{
  FuzzInput input(bytes, count);
  patch(input);
  write_again(input.rest());
  return 0;
}
