#include "godwit/proto/frame.hpp"

#include <random>
#include <string>

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

TEST_CASE("messages arrive while the compression changes between chunks")
{
  std::mt19937 random(4);
  const std::vector<Compression> all = {{1, 0, false},  {0, 0, false},   {6, 21, true}, {-5, 0, false},
                                        {3, 23, true}, {-3, 0, false}, {1, 0, false}};
  FrameWriter writer(0);
  FrameReader reader;
  std::vector<Bytes> sent;
  Bytes wire;
  for (int i = 0; i < 70; ++i) {
    Ops ops = random_ops(random, random() % 100000);
    for (std::size_t at = 64; at < ops.chunk.size(); ++at) {
      ops.chunk[at] = i % 5 == 4 ? ops.chunk[at] : ops.chunk[at - 64 + at % 3];
    }
    sent.push_back(ops.chunk);
    writer.use(all[static_cast<std::size_t>(i / 10)]);
    writer.add(ops);
    append(wire, writer.flush());
  }
  CHECK(wire.size() < 3'000'000);
  const std::vector<Message> messages = read_all(reader, wire, 50'000);
  REQUIRE(messages.size() == sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    CHECK(std::get<Ops>(messages[i]).chunk == sent[i]);
  }
}

TEST_CASE("a new frame finds what the frames before it held")
{
  std::mt19937 random(5);
  Ops ops = random_ops(random, 100'000);
  for (std::byte& byte : ops.chunk) {
    byte &= std::byte{0x3F}; // or it would go as it is
  }
  FrameWriter writer(1);
  FrameReader reader;
  for (int i = 0; i < 60; ++i) { // past the length of what is kept
    writer.add(ops);
    REQUIRE(read_all(reader, writer.flush(), 200'000).size() == 1);
  }
  writer.use({3, 23, true});
  writer.add(ops);
  const ByteView wire = writer.flush();
  CHECK(wire.size() < 2000);
  REQUIRE(read_all(reader, wire, 200'000).size() == 1);
}

TEST_CASE("pages of a listing are packed where nothing else is, if so wished")
{
  PageListed page;
  for (int i = 0; i < 200; ++i) {
    model::Entry entry;
    entry.path = *model::RelPath::parse("folder/with/a/long/name/file" + std::to_string(1000 + i));
    entry.type = model::Type::regular;
    page.entries.push_back(entry);
  }
  const Ops ops{7, Bytes(20'000, std::byte{'x'})};
  for (const bool wished : {false, true}) {
    FrameWriter writer(0);
    writer.use({0, 0, false, wished});
    writer.add(page);
    Bytes wire;
    append(wire, writer.flush());
    const std::size_t alone = wire.size();
    CHECK((writer.compressed_from() != 0) == wished);
    CHECK((alone < 1000) == wished);
    writer.add(page);
    writer.add(ops);
    append(wire, writer.flush());
    CHECK(wire.size() - alone > 20'000);
    writer.use({3, 0, false, wished});
    writer.add(ops);
    append(wire, writer.flush());
    writer.use({0, 0, false, wished});
    writer.add(page);
    append(wire, writer.flush());
    FrameReader reader;
    const std::vector<Message> read = read_all(reader, wire, 4096);
    REQUIRE(read.size() == 5);
    for (const std::size_t number : {0U, 1U, 4U}) {
      CHECK(std::get<PageListed>(read[number]).entries.size() == 200);
    }
    for (const std::size_t number : {2U, 3U}) {
      CHECK(std::get<Ops>(read[number]).chunk == ops.chunk);
    }
  }
}

TEST_CASE("what looks random passes as it is, what is ordered does not")
{
  std::mt19937 random(6);
  Ops ops = random_ops(random, 120'000);
  FrameWriter writer(9);
  writer.add(ops);
  CHECK(writer.flush().size() < ops.chunk.size() + 100);
  CHECK(writer.compressed_from() == 0);
  for (std::size_t at = 0; at < ops.chunk.size(); at += 2) {
    ops.chunk[at] = std::byte{0};
  }
  writer.add(ops);
  CHECK(writer.flush().size() < ops.chunk.size() * 3 / 4);
  CHECK(writer.compressed_from() > ops.chunk.size());
  CHECK(writer.compressed_to() < ops.chunk.size() * 3 / 4);
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

TEST_CASE("a turned bit anywhere is noticed before anything of its chunk is used")
{
  std::mt19937 random(3);
  FrameWriter writer(1);
  writer.add(random_ops(random, 3000));
  const ByteView sent = writer.flush();
  for (std::size_t at = 0; at < sent.size(); ++at) {
    Bytes bad(sent.begin(), sent.end());
    bad[at] ^= std::byte{4};
    FrameReader reader;
    reader.feed(bad);
    const auto next = reader.next();
    REQUIRE_FALSE(next);
    CHECK(next.error().kind == ErrorKind::protocol);
  }
}

TEST_CASE("chunks that change places are noticed")
{
  FrameWriter writer(0);
  writer.add(Done{{1}});
  static_cast<void>(writer.flush());
  writer.add(Done{{2}});
  const ByteView second = writer.flush();
  FrameReader reader;
  reader.feed(second);
  CHECK_FALSE(reader.next());
}

TEST_CASE("a message longer than the limit is refused before it is stored")
{
  FrameWriter writer(0);
  writer.add(Ops{1, Bytes(max_message_bytes + 1)});
  FrameReader reader;
  ByteView wire = writer.flush();
  reader.feed(wire.first(std::min<std::size_t>(wire.size(), 300U << 10U)));
  const auto next = reader.next();
  REQUIRE_FALSE(next);
  CHECK(next.error().kind == ErrorKind::protocol);
}
