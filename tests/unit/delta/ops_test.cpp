#include "godwit/delta/ops.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace godwit;
using namespace godwit::delta;

namespace {

struct Recorder : OpSink {
  Result<>
  copy(std::uint64_t basis_at, std::uint64_t bytes) override
  {
    seen.push_back("copy " + std::to_string(basis_at) + " " + std::to_string(bytes));
    return {};
  }
  Result<>
  literal(ByteView bytes) override
  {
    seen.push_back("literal " + std::string(as_text(bytes)));
    return {};
  }
  Result<>
  hole(std::uint64_t bytes) override
  {
    seen.push_back("hole " + std::to_string(bytes));
    return {};
  }
  std::vector<std::string> seen;
};

struct Collector {
  OpWriter writer{[this](Bytes chunk) {
    chunks.push_back(std::move(chunk));
    return Result<>();
  }};
  std::vector<Bytes> chunks;
};

} // namespace

TEST_CASE("ops come back as they were written, adjacent copies as one")
{
  Collector out;
  REQUIRE(out.writer.copy(100, 50));
  REQUIRE(out.writer.copy(150, 25));
  REQUIRE(out.writer.literal(as_bytes("abc")));
  REQUIRE(out.writer.copy(10, 5));
  REQUIRE(out.writer.hole(std::uint64_t{1} << 40));
  REQUIRE(out.writer.copy(15, 5));
  REQUIRE(out.writer.finish());
  REQUIRE(out.chunks.size() == 1);
  Recorder sink;
  REQUIRE(read_ops(out.chunks[0], sink));
  CHECK(sink.seen ==
        std::vector<std::string>{"copy 100 75", "literal abc", "copy 10 5", "hole 1099511627776", "copy 15 5"});
}

TEST_CASE("a copy that goes on behind a replaced page takes few bytes")
{
  Collector out;
  REQUIRE(out.writer.copy(0, std::uint64_t{1} << 40));
  REQUIRE(out.writer.copy((std::uint64_t{1} << 40) + 64, 64));
  REQUIRE(out.writer.finish());
  CHECK(out.chunks[0].size() <= 12);
}

TEST_CASE("chunks stay within their limit and each stands alone")
{
  Collector out;
  const Bytes large(300000, std::byte{'x'});
  for (int i = 0; i < 5; ++i) {
    REQUIRE(out.writer.copy(1000, 10));
    REQUIRE(out.writer.literal(large));
  }
  REQUIRE(out.writer.finish());
  std::size_t literal_bytes = 0;
  for (const Bytes& chunk : out.chunks) {
    CHECK(chunk.size() <= max_chunk_bytes);
    Recorder sink;
    REQUIRE(read_ops(chunk, sink));
    for (const std::string& op : sink.seen) {
      if (op.starts_with("copy")) {
        CHECK(op == "copy 1000 10");
      } else {
        literal_bytes += op.size() - std::string("literal ").size();
      }
    }
  }
  CHECK(literal_bytes == 5 * large.size());
}

TEST_CASE("an error of the receiver ends the writer")
{
  OpWriter writer([](Bytes) -> Result<> { return make_error(ErrorKind::stopped, "no"); });
  const Bytes large(2 * max_chunk_bytes);
  CHECK(!writer.literal(large));
}

TEST_CASE("ops of no bytes are refused")
{
  Recorder sink;
  CHECK(!read_ops(as_bytes(std::string_view("\0", 1)), sink));
  CHECK(!read_ops(as_bytes(std::string_view("\1\0", 2)), sink));
}
