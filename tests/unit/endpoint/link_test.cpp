#include "godwit/endpoint/link.hpp"

#include <array>
#include <csignal>
#include <future>
#include <memory>
#include <random>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "godwit/fs/fd.hpp"

#include "relay.hpp"

using namespace godwit;
using namespace godwit::endpoint;
using godwit::test::Relay;

namespace {

using Clock = std::chrono::steady_clock;

// Two Links over so many lines.
struct Pair {
  explicit Pair(std::size_t lines, const LinkSettings& settings = {})
      : relay(lines), near(relay.near(0), relay.near(0), settings), far(relay.far(0), relay.far(0), settings)
  {
    std::signal(SIGPIPE, SIG_IGN);
    for (std::size_t line = 1; line < lines; ++line) {
      near.add_line(relay.near(line), relay.near(line), Link::Use::when_heard);
      far.add_line(relay.far(line), relay.far(line), Link::Use::at_once);
    }
    near.start();
    far.start();
  }
  Relay relay;
  Link near;
  Link far;
};

proto::Ops
ops(std::uint64_t id)
{
  std::mt19937 random(static_cast<unsigned>(id));
  proto::Ops made{id, Bytes(random() % 120'000)};
  for (std::byte& byte : made.chunk) {
    byte = static_cast<std::byte>(random());
  }
  return made;
}

void
send_many(Link& link, std::uint64_t count)
{
  for (std::uint64_t id = 0; id < count; ++id) {
    link.send({ops(id), {}});
  }
}

// How many arrive in order and whole.
std::uint64_t
receive_many(Link& link, std::uint64_t count)
{
  for (std::uint64_t id = 0; id < count; ++id) {
    const auto parcel = link.receive();
    const auto* got = parcel ? std::get_if<proto::Ops>(&parcel->message) : nullptr;
    if (got == nullptr || got->id != id || got->chunk != ops(id).chunk) {
      return id;
    }
  }
  return count;
}

ErrorKind
end_of(Link& link)
{
  while (true) {
    const auto parcel = link.receive();
    if (!parcel) {
      return parcel.error().kind;
    }
  }
}

} // namespace

TEST_CASE("messages arrive in order both ways, over any number of lines")
{
  constexpr std::uint64_t count = 150;
  for (const std::size_t lines : {1U, 2U, 3U, 8U}) {
    CAPTURE(lines);
    Pair pair(lines);
    send_many(pair.near, count);
    send_many(pair.far, count);
    auto at_far = std::async(std::launch::async, [&] { return receive_many(pair.far, count); });
    CHECK(receive_many(pair.near, count) == count);
    CHECK(at_far.get() == count);
  }
}

TEST_CASE("a line may join while messages flow")
{
  constexpr std::uint64_t count = 200;
  Relay relay(3);
  Link near(relay.near(0), relay.near(0), {});
  Link far(relay.far(0), relay.far(0), {});
  near.start();
  far.start();
  send_many(near, count);
  auto at_near = std::async(std::launch::async, [&] { return end_of(near); });
  auto at_far = std::async(std::launch::async, [&] { return receive_many(far, count); });
  for (const std::size_t line : {1U, 2U}) {
    const auto heard = std::make_shared<std::promise<bool>>();
    near.add_line(relay.near(line), relay.near(line), Link::Use::when_heard,
                  [heard](bool is_heard) { heard->set_value(is_heard); });
    far.add_line(relay.far(line), relay.far(line), Link::Use::at_once);
    CHECK(heard->get_future().get());
  }
  CHECK(at_far.get() == count);
  near.abort();
  CHECK(at_near.get() == ErrorKind::stopped);
}

TEST_CASE("one line that is cut ends the link, after what had come before")
{
  Pair pair(4);
  send_many(pair.far, 5);
  CHECK(receive_many(pair.near, 5) == 5);
  pair.relay.cut(2);
  CHECK(end_of(pair.near) == ErrorKind::stream);
  CHECK(end_of(pair.far) == ErrorKind::stream);
}

TEST_CASE("a line that ends before the peer was heard on it is done without")
{
  Relay relay(2);
  Link near(relay.near(0), relay.near(0), {});
  Link far(relay.far(0), relay.far(0), {});
  near.start();
  far.start();
  const auto heard = std::make_shared<std::promise<bool>>();
  near.add_line(relay.near(1), relay.near(1), Link::Use::when_heard,
                [heard](bool is_heard) { heard->set_value(is_heard); });
  relay.cut(1);
  send_many(far, 20);
  send_many(near, 20);
  CHECK(receive_many(near, 20) == 20);
  CHECK(receive_many(far, 20) == 20);
  near.send({proto::Finish{}, {}});
  auto more = std::async(std::launch::async, [&] { return end_of(near); });
  CHECK_FALSE(heard->get_future().get());
  near.abort();
  CHECK(more.get() == ErrorKind::stopped);
}

TEST_CASE("one frozen line is silence, though the others bring keepalives")
{
  LinkSettings settings;
  settings.timeout_s = 1;
  Pair pair(3, settings);
  send_many(pair.far, 5);
  CHECK(receive_many(pair.near, 5) == 5);
  pair.relay.freeze(1);
  send_many(pair.far, 30); // enough for each line to get some
  CHECK(end_of(pair.near) == ErrorKind::timeout);
}

TEST_CASE("an echo tells how long the way there and back is")
{
  Pair pair(1);
  auto at_near = std::async(std::launch::async, [&] { return end_of(pair.near); });
  auto at_far = std::async(std::launch::async, [&] { return end_of(pair.far); });
  CHECK_FALSE(pair.near.round_trip());
  pair.near.ask_for_echo();
  const auto until = Clock::now() + std::chrono::seconds(30);
  while (!pair.near.round_trip() && Clock::now() < until) {
    std::this_thread::yield();
  }
  REQUIRE(pair.near.round_trip());
  CHECK(pair.near.round_trip()->count() > 0);
  pair.near.abort();
  pair.far.abort();
  CHECK(at_near.get() == ErrorKind::stopped);
  CHECK(at_far.get() == ErrorKind::stopped);
}

TEST_CASE("a page waits for others, and goes without them")
{
  Pair pair(1);
  for (std::uint32_t count = 1; count <= 3; ++count) {
    proto::Page page;
    page.count = count;
    pair.near.send({page, {}});
    const auto parcel = pair.far.receive();
    REQUIRE(parcel);
    REQUIRE(std::holds_alternative<proto::Page>(parcel->message));
    CHECK(std::get<proto::Page>(parcel->message).count == count);
  }
}

TEST_CASE("a pipe to read from is made as wide as everybody may make one")
{
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const fs::Fd in(ends[0]);
  const fs::Fd out(ends[1]);
  const Link link(in.get(), out.get(), {});
  CHECK(::fcntl(in.get(), F_GETPIPE_SZ) == 1 << 20);
}
