// A peer that sends any bytes: as they are, in a chunk whose check sums hold, or as the content of a
// compressed one. Messages that are read can be written and read again.
#include "fuzz_input.hpp"

#include "godwit/proto/frame.hpp"

using namespace godwit;
using namespace godwit::testing;
using namespace godwit::proto;

namespace {

std::uint32_t
sum(ByteView bytes)
{
  static const HashKey key{HashKey::Seed{}};
  return static_cast<std::uint32_t>(key.hash64(bytes));
}

// A chunk as chunk.hpp describes it.
void
append_chunk(Bytes& out, ByteView content, std::uint32_t flags, std::uint64_t number)
{
  const std::uint32_t word = static_cast<std::uint32_t>(content.size()) | flags << 30U;
  std::array<std::byte, 12> numbered;
  store_le(numbered.data(), word);
  store_le(numbered.data() + 4, number);
  std::array<std::byte, ChunkHead::wire_bytes> head;
  store_le(head.data(), word);
  store_le(head.data() + 4, static_cast<std::uint32_t>(number));
  store_le(head.data() + 8, sum(numbered));
  store_le(head.data() + 12, sum(content));
  append(out, head);
  append(out, content);
}

// Would the chunks made here be refused for their form, nothing behind them would be tested.
[[maybe_unused]] const bool chunks_are_understood = [] {
  Bytes message;
  encode(Keepalive{}, message);
  Bytes wire;
  append_chunk(wire, message, 0, 0);
  FrameReader reader;
  reader.feed(wire);
  auto read = reader.next();
  FUZZ_CHECK(read && *read);
  return true;
}();

void
write_again(const Message& message)
{
  Bytes once;
  encode(message, once);
  Bytes wire;
  append_chunk(wire, ByteView(once).first(std::min<std::size_t>(once.size(), chunk_target_bytes)), 0, 0);
  if (once.size() > chunk_target_bytes) {
    return;
  }
  FrameReader reader;
  reader.feed(wire);
  auto read = reader.next();
  FUZZ_CHECK(read && *read);
  Bytes twice;
  encode(**read, twice);
  FUZZ_CHECK(once == twice);
}

Bytes
wire_of(FuzzInput& input)
{
  const std::uint64_t kind = input.below(3);
  if (kind == 0) {
    return {input.rest().begin(), input.rest().end()};
  }
  Bytes wire;
  for (std::uint64_t number = 0; !input.empty(); ++number) {
    const std::size_t bytes = kind == 1 ? input.rest().size() : 1 + input.number(2) % 5000;
    const auto flags = static_cast<std::uint32_t>(kind == 1 ? 0 : input.number(1) % 4); // compressed, new zstd frame
    append_chunk(wire, input.bytes(bytes), flags, number);
  }
  return wire;
}

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count)
{
  FuzzInput input(bytes, count);
  const std::size_t portion = 1 + input.number(1) * 16;
  const Bytes wire = wire_of(input);
  FrameReader reader;
  std::size_t messages = 0;
  for (std::size_t at = 0; at < wire.size(); at += portion) {
    reader.feed(ByteView(wire).subspan(at, std::min(portion, wire.size() - at)));
    while (true) {
      auto message = reader.next();
      if (!message) {
        FUZZ_CHECK(!message.error().text.empty());
        return 0;
      }
      if (!*message || ++messages == 1000) {
        break;
      }
      write_again(**message);
    }
  }
  return 0;
}
