#include "godwit/proto/chunk_order.hpp"

#include <random>

#include <doctest/doctest.h>

using namespace godwit;
using namespace godwit::proto;

namespace {

// A chunk whose content says its number.
Bytes
chunk(std::uint64_t number, std::size_t size)
{
  Bytes wire(ChunkHead::wire_bytes + size);
  std::fill(wire.begin() + ChunkHead::wire_bytes, wire.end(), static_cast<std::byte>(number));
  ChunkHead::of(ByteView(wire).subspan(ChunkHead::wire_bytes), false, number).store(wire.data());
  return wire;
}

void
feed(ChunkOrder& order, std::size_t line, ByteView bytes)
{
  const ByteSpan room = order.room(line, bytes.size());
  std::copy(bytes.begin(), bytes.end(), room.begin());
  order.came(line, bytes.size());
}

Bytes
take_all(ChunkOrder& order)
{
  Bytes all;
  while (true) {
    auto part = order.next();
    REQUIRE(part);
    if (part->empty()) {
      return all;
    }
    append(all, *part);
  }
}

} // namespace

TEST_CASE("chunks dealt at random over any number of lines come out in order")
{
  std::mt19937 random(5);
  for (const std::size_t lines : {1U, 2U, 5U, 32U}) {
    ChunkOrder order;
    std::vector<Bytes> queued(lines);
    std::vector<std::size_t> fed(lines, 0);
    Bytes sent;
    for (std::uint64_t number = 0; number < 300; ++number) {
      const Bytes one = chunk(number, random() % 3000);
      append(sent, one);
      append(queued[random() % lines], one);
    }
    for (std::size_t line = 0; line < lines; ++line) {
      CHECK(order.add_line() == line);
    }
    Bytes got;
    while (got.size() < sent.size()) {
      const std::size_t line = random() % lines;
      const ByteView rest = ByteView(queued[line]).subspan(fed[line]);
      const ByteView part = rest.first(std::min<std::size_t>(rest.size(), random() % 5000));
      if (order.may_read(line)) {
        feed(order, line, part);
        fed[line] += part.size();
      }
      append(got, take_all(order));
    }
    CHECK(std::equal(got.begin(), got.end(), sent.begin(), sent.end()));
  }
}

TEST_CASE("a line that is far ahead is read no further, the one that is awaited always is")
{
  ChunkOrder order;
  const std::size_t ahead = order.add_line();
  const std::size_t awaited = order.add_line();
  std::uint64_t number = 1;
  while (order.may_read(ahead)) {
    feed(order, ahead, chunk(number++, 100'000));
    CHECK(take_all(order).empty());
    REQUIRE(number < 100);
  }
  CHECK(order.may_read(awaited));
  CHECK(order.is_awaited(awaited));
  CHECK_FALSE(order.is_awaited(ahead));
  CHECK_FALSE(order.is_lost());
  feed(order, awaited, chunk(0, 10));
  CHECK(take_all(order).size() == number * ChunkHead::wire_bytes + 10 + (number - 1) * 100'000);
  CHECK(order.may_read(ahead));
}

TEST_CASE("a number that comes twice is an error")
{
  ChunkOrder order;
  order.add_line();
  order.add_line();
  feed(order, 0, chunk(0, 5));
  CHECK(take_all(order).size() == ChunkHead::wire_bytes + 5);
  feed(order, 1, chunk(0, 5));
  CHECK_FALSE(order.next());
}

TEST_CASE("a number that no line can bring any more is lost")
{
  ChunkOrder order;
  order.add_line();
  order.add_line();
  feed(order, 0, chunk(1, 5));
  CHECK(take_all(order).empty());
  CHECK_FALSE(order.is_lost());
  SUBCASE("the other line is past it, too")
  {
    feed(order, 1, chunk(2, 5));
    CHECK(take_all(order).empty());
  }
  SUBCASE("the other line ended") { order.end_line(1); }
  SUBCASE("the other line ended within it")
  {
    feed(order, 1, ByteView(chunk(0, 5)).first(18));
    CHECK(take_all(order).empty());
    CHECK_FALSE(order.is_lost());
    order.end_line(1);
  }
  CHECK(order.is_lost());
}

TEST_CASE("numbers go on where 32 bits end")
{
  constexpr std::uint64_t at = 0xFFFFFFFF;
  Bytes before = chunk(at, 1);
  Bytes after = chunk(at + 1, 1);
  const auto first = ChunkHead::load(before, at);
  const auto second = ChunkHead::load(after, at);
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->number == at);
  CHECK(second->number == at + 1);
  CHECK_FALSE(ChunkHead::load(after, 0));
}
