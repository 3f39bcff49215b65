#include "godwit/proto/frame.hpp"

#include <random>

#include <doctest/doctest.h>

using namespace godwit;
using namespace godwit::proto;

namespace {

Ops
random_ops(std::mt19937& random, std::size_t bytes)
{
  Ops ops{random(), {}};
  ops.chunk.resize(bytes);
  for (std::byte& byte : ops.chunk) {
    byte = static_cast<std::byte>(random());
  }
  return ops;
}

std::vector<Message>
read_all(FrameReader& reader, ByteView wire, std::size_t portion)
{
  std::vector<Message> messages;
  while (!wire.empty()) {
    const ByteView part = wire.first(std::min(portion, wire.size()));
    wire = wire.subspan(part.size());
    reader.feed(part);
    while (true) {
      auto next = reader.next();
      REQUIRE(next);
      if (!*next) {
        break;
      }
      messages.push_back(std::move(**next));
    }
  }
  return messages;
}

} // namespace

TEST_CASE("messages arrive as they were sent, raw or compressed, in portions of any size")
{
  std::mt19937 random(1);
  for (const int level : {0, 1, 3}) {
    for (const std::size_t portion : {1U, 7U, 4096U, 1000000U}) {
      FrameWriter writer(level);
      FrameReader reader;
      std::vector<std::size_t> sizes;
      Bytes wire;
      for (int i = 0; i < 12; ++i) {
        sizes.push_back(random() % (portion == 1 ? 2000 : 250000));
        writer.add(random_ops(random, sizes.back()));
        if (i % 3 == 0) {
          append(wire, writer.flush());
        }
      }
      append(wire, writer.flush());
      const std::vector<Message> messages = read_all(reader, wire, portion);
      REQUIRE(messages.size() == sizes.size());
      for (std::size_t i = 0; i < sizes.size(); ++i) {
        CHECK(std::get<Ops>(messages[i]).chunk.size() == sizes[i]);
      }
    }
  }
}

TEST_CASE("a reader survives any corruption of the stream with an error or other messages")
{
  std::mt19937 random(2);
  FrameWriter writer(1);
  for (int i = 0; i < 5; ++i) {
    writer.add(random_ops(random, 3000));
  }
  const ByteView sent = writer.flush();
  const Bytes good(sent.begin(), sent.end());
  for (int round = 0; round < 2000; ++round) {
    Bytes bad = good;
    for (int flips = 0; flips < 3; ++flips) {
      bad[random() % (round % 2 == 0 ? 64 : bad.size())] ^= static_cast<std::byte>(1U << (random() % 8));
    }
    FrameReader reader;
    reader.feed(bad);
    for (int i = 0; i < 100; ++i) {
      auto next = reader.next();
      if (!next || !*next) {
        break;
      }
    }
  }
}

TEST_CASE("a message longer than the limit is refused before it is stored")
{
  Bytes wire = {std::byte{6}, std::byte{0}, std::byte{0}, std::byte{0}};
  Bytes head;
  Encoder encoder(head);
  encoder.put_varint(20);
  encoder.put_varint(max_message_bytes + 1);
  wire[0] = static_cast<std::byte>(head.size());
  append(wire, head);
  FrameReader reader;
  reader.feed(wire);
  const auto next = reader.next();
  REQUIRE_FALSE(next);
  CHECK(next.error().kind == ErrorKind::protocol);
}
