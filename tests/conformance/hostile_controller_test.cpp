// A controller that asks an agent for what it must not do: nothing outside the
// root is touched, and the agent ends by itself when the line does.

#include <array>
#include <atomic>
#include <cstdio>
#include <thread>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "chunk_maker.hpp"
#include "godwit/delta/signature.hpp"
#include "snapshot.hpp"
#include "subject.hpp"
#include "support/temp_tree.hpp"

using namespace godwit;
using namespace godwit::test;

namespace {

// root/ with links that lead out of it, beside outside/, which nobody may touch.
struct Planted {
  Planted()
  {
    tree.file("outside/f", secret);
    tree.folder("outside/d");
    tree.file("root/inside/f", "inside");
    tree.link("root/link", "../outside");
    tree.link("root/inside/up", "..");
    tree.link("root/linkfile", "../outside/f");
    tree.link("root/absolute", tree.path("outside"));
    before = snapshot(tree.path("outside"));
  }
  void check() const { CHECK(snapshot(tree.path("outside")) == before); }

  std::string secret = std::string(20'000, 's'); // enough for a basis
  TempTree tree;
  std::string before;
};

// The agent went, and of its own accord.
void
check_end(int code)
{
  CHECK(code >= 0);
  CHECK(code < 128);
}

// Speaks to an agent byte by byte.
class RawController
{
public:
  void send(ByteView plain) { write(m_chunks.chunks(plain)); }
  void send(const proto::Message& message) { send(ChunkMaker::encoded(message)); }
  void write(ByteView wire)
  {
    while (!wire.empty()) {
      const ssize_t count = ::send(m_agent.fd(), wire.data(), wire.size(), MSG_NOSIGNAL);
      if (count <= 0) {
        return; // it hung up, as it may
      }
      wire = wire.subspan(static_cast<std::size_t>(count));
    }
  }
  // Until the agent has ended by itself, without our hanging up first.
  void wait_for_end()
  {
    std::array<std::byte, 4096> buffer;
    while (::recv(m_agent.fd(), buffer.data(), buffer.size(), 0) > 0) {
    }
    check_end(m_agent.hang_up());
  }
  void open(const proto::Open& request)
  {
    send(proto::Hello{});
    send(request);
  }
  ChunkMaker& chunks() { return m_chunks; }
  int hang_up() { return m_agent.hang_up(); }

private:
  AgentProcess m_agent;
  ChunkMaker m_chunks;
};

NewFile
small(std::uint64_t id, const std::string& name)
{
  return {id, regular(name, 3), true, bytes_of("new")};
}

} // namespace

TEST_CASE("an agent that is not greeted ends")
{
  RawController raw;
  SUBCASE("a request first") { raw.send(proto::Remove{1, path("a"), true}); }
  SUBCASE("a request before Open")
  {
    raw.send(proto::Hello{});
    raw.send(proto::Remove{1, path("a"), true});
  }
  SUBCASE("garbage") { raw.write(Bytes(1000, std::byte{0xEE})); }
  SUBCASE("a compressed nothing")
  {
    raw.write(raw.chunks().chunk(Bytes(100, std::byte{0xEE}), ChunkMaker::compressed_bit));
  }
  raw.wait_for_end();
}

TEST_CASE("names that lead upwards end the agent")
{
  const Planted planted;
  const proto::Open open = open_dest(planted.tree.path("root"));
  const std::vector<proto::Message> requests = {
      proto::Make{1, folder("QQ/outside/new"), false},
      proto::Remove{1, path("QQ/outside/f"), false},
      proto::SetMetadata{1, regular("QQ/outside/f", 6)},
      proto::Signature{1, path("QQ/outside/f"), false},
      proto::Apply{1, regular("inside/QQ/QQ/outside/f", 3), false, true},
      put_of(open, {small(1, "QQ/outside/f")}),
  };
  for (const proto::Message& request : requests) {
    CAPTURE(request.index());
    RawController raw;
    raw.open(open);
    raw.send(ChunkMaker::encoded(request, 'Q', '.'));
    raw.wait_for_end();
    planted.check();
  }
}

TEST_CASE("absolute names and empty components end the agent")
{
  const Planted planted;
  for (const char* name : {"Qtmp", "insideQ", "insideQQf"}) {
    CAPTURE(std::string(name));
    RawController raw;
    raw.open(open_dest(planted.tree.path("root")));
    raw.send(ChunkMaker::encoded(proto::Remove{1, path(name), true}, 'Q', '/'));
    raw.wait_for_end();
  }
  planted.check();
}

TEST_CASE("a dest writes, makes and removes nothing through a link")
{
  const Planted planted;
  const proto::Open open = open_dest(planted.tree.path("root"));
  RemoteSubject agent;
  REQUIRE(agent.open(open));
  std::uint64_t id = 0;
  for (const std::string link : {"link", "absolute", "inside/up/link", "inside/up/inside"}) {
    CAPTURE(link);
    agent.send(proto::Make{++id, folder(link + "/new"), false});
    (void)agent.expect_failed(id);
    agent.send(proto::Make{++id, link_to(link + "/d", "x"), true});
    (void)agent.expect_failed(id);
    agent.send(put_of(open, {small(++id, link + "/f")}));
    (void)agent.expect_failed(id);
    agent.send(proto::SetMetadata{++id, regular(link + "/f", 6)});
    (void)agent.expect_failed(id);
    agent.send(proto::Remove{++id, path(link + "/f"), false});
    (void)agent.expect_failed(id);
    agent.send(proto::Remove{++id, path(link + "/d"), true});
    (void)agent.expect_failed(id);
    agent.send(proto::Apply{++id, regular(link + "/f", 2), false, true});
    agent.send(proto::Ops{id, bytes_of("\x04hi")});
    agent.send(proto::OpsEnd{id, proto::ReadOutcome::whole, {}, 2, 2, 0, 0, {}});
    (void)agent.expect_failed(id);
  }
  planted.check();
  CHECK(planted.tree.read("root/inside/f") == "inside");
  check_end(agent.hang_up());
}

TEST_CASE("a dest changes a link, never what it leads to")
{
  const Planted planted;
  const proto::Open open = open_dest(planted.tree.path("root"));
  RemoteSubject agent;
  REQUIRE(agent.open(open));
  SUBCASE("metadata of a file")
  {
    agent.send(proto::SetMetadata{1, regular("linkfile", 6)});
    (void)agent.next(); // of the link, or refused
  }
  SUBCASE("metadata of a folder")
  {
    agent.send(proto::SetMetadata{1, folder("link")});
    (void)agent.next();
  }
  SUBCASE("a file in its place")
  {
    agent.send(put_of(open, {small(1, "linkfile")}));
    agent.expect_done(1);
    CHECK(planted.tree.read("root/linkfile") == "new");
  }
  SUBCASE("a folder in its place")
  {
    agent.send(proto::Make{1, folder("link"), true});
    agent.expect_done(1);
    CHECK(S_ISDIR(planted.tree.stat("root/link").st_mode));
  }
  SUBCASE("its removal")
  {
    agent.send(proto::Remove{1, path("link"), false});
    agent.expect_done(1);
    CHECK(!planted.tree.has("root/link"));
  }
  SUBCASE("its removal as a folder")
  {
    agent.send(proto::Remove{1, path("link"), true});
    (void)agent.expect_failed(1);
  }
  (void)agent.finish();
  planted.check();
}

TEST_CASE("no content comes through a link")
{
  const Planted planted;
  SUBCASE("as a basis")
  {
    for (const char* name : {"linkfile", "link/f", "inside/up/inside/f"}) {
      RemoteSubject agent;
      REQUIRE(agent.open(open_dest(planted.tree.path("root"))));
      agent.send(proto::Signature{1, path(name), false});
      const auto sums = agent.expect<proto::Sums>();
      CHECK(sums.is_last);
      const auto signature = delta::decode(sums.part);
      CHECK((sums.part.empty() || (signature && signature->empty())));
    }
  }
  SUBCASE("as a similar basis")
  {
    for (const char* name : {"linkfiles", "link/g", "inside/up/linkfiles", "absolute/g"}) {
      RemoteSubject agent;
      REQUIRE(agent.open(open_dest(planted.tree.path("root"))));
      agent.send(proto::Signature{1, path(name), false, false, false, true, planted.secret.size(), {}});
      const auto sums = agent.expect<proto::Sums>();
      CHECK(sums.is_last);
      const auto signature = delta::decode(sums.part);
      CHECK((sums.part.empty() || (signature && signature->empty())));
    }
  }
  SUBCASE("as a source")
  {
    RemoteSubject agent;
    REQUIRE(agent.open(open_source({planted.tree.path("root/")})));
    for (const char* name : {"linkfile", "link/f", "absolute/f", "inside/up/inside/f"}) {
      CAPTURE(std::string(name));
      agent.send(proto::Read{{{1, 0, path(name), 6, {}}}});
      const auto contents = agent.expect<proto::Contents>();
      CHECK(contents.files.at(0).outcome == proto::ReadOutcome::failed);
      CHECK(contents.content.empty());
      agent.send(proto::Match{{2, 0, path(name), 6, {}}, false, 0});
      CHECK(agent.expect<proto::OpsEnd>().outcome == proto::ReadOutcome::failed);
    }
  }
  planted.check();
}

TEST_CASE("a scan shows nothing behind a link")
{
  const Planted planted;
  RemoteSubject agent;
  REQUIRE(agent.open(open_source({planted.tree.path("root/")})));
  proto::Scan scan = scan_all(false);
  scan.scope = {{path("absolute/d"), true, true, {0}},
                {path("inside/up"), true, true, {0}},
                {path("link/f"), true, true, {0}}};
  agent.send(scan);
  while (true) {
    const proto::Message answer = agent.next();
    if (std::holds_alternative<proto::ListEnd>(answer)) {
      break;
    }
    if (const auto* batch = std::get_if<proto::Listed>(&answer)) {
      for (const model::Entry& entry : batch->entries) {
        CHECK(entry.path.str() == "inside/up");
        CHECK(entry.type == model::Type::symlink);
      }
    }
  }
  (void)agent.finish();
}

TEST_CASE("a scope out of order does not end an agent")
{
  const Planted planted;
  RemoteSubject agent;
  REQUIRE(agent.open(open_source({planted.tree.path("root/")})));
  proto::Scan scan = scan_all(false);
  scan.scope = {{path("inside/f"), true, true, {0}},
                {path("inside"), true, true, {0}},
                {path("inside"), true, false, {0}},
                {{}, true, true, {0}}};
  (void)listed(agent, scan);
  (void)agent.finish();
  check_end(agent.hang_up());
}

TEST_CASE("more transfers than a window has are refused")
{
  const TempTree tree;
  RemoteSubject agent;
  REQUIRE(agent.open(open_dest(tree.root())));
  SUBCASE("applies")
  {
    for (std::uint64_t id = 1; id <= 6000; ++id) {
      agent.send(proto::Apply{id, regular("f" + std::to_string(id), 10), false, false});
    }
    CHECK(agent.expect<proto::Fatal>().kind == ErrorKind::protocol);
  }
  SUBCASE("the same one again and again")
  {
    for (int i = 0; i < 6000; ++i) {
      agent.send(proto::Apply{1, regular("f", 10), false, false});
    }
    agent.send(proto::OpsEnd{1, proto::ReadOutcome::changed, {}, 0, 0, 0, 0, {}});
    (void)agent.expect_failed(1);
  }
  check_end(agent.hang_up());
  CHECK(tree.names().empty());
}

TEST_CASE("a second scan before the first was listed is refused")
{
  const TempTree tree;
  for (int i = 0; i < 300; ++i) {
    for (int j = 0; j < 2; ++j) {
      tree.file("d" + std::to_string(i) + "/f" + std::to_string(j), "x");
    }
  }
  RawController raw;
  raw.open(open_source({tree.path("/")}));
  proto::Scan scan = scan_all(false);
  for (int i = 0; i < 50; ++i) {
    raw.send(scan);
  }
  check_end(raw.hang_up());
}

TEST_CASE("an agent whose answers nobody reads ends with the line")
{
  const TempTree tree;
  tree.file("f", std::string(200'000, 'f'));
  RawController raw;
  raw.open(open_source({tree.path("/")}));
  for (std::uint64_t id = 0; id < 1000; ++id) {
    raw.send(proto::Read{{{id, 0, path("f"), 200'000, {}}}});
  }
  check_end(raw.hang_up());
}

TEST_CASE("a folder that is exchanged for a link while files are put leads nowhere")
{
  const Planted planted;
  planted.tree.folder("root/d");
  planted.tree.link("root/l", "../outside");
  const proto::Open open = open_dest(planted.tree.path("root"));
  const std::string one = planted.tree.path("root/d");
  const std::string other = planted.tree.path("root/l");
  std::atomic<bool> stopped = false;
  std::atomic<int> swaps = 0;
  std::thread swapper([&] {
    while (!stopped) {
      swaps += ::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0 ? 1 : 0;
    }
  });
  {
    RemoteSubject agent;
    REQUIRE(agent.open(open));
    for (std::uint64_t id = 1; id <= 2000; id += 4) {
      const std::string folder_name = id % 8 == 1 ? "d/" : "l/";
      agent.send(put_of(open, {small(id, folder_name + "f")}));
      agent.send(proto::Make{id + 1, folder(folder_name + "n" + std::to_string(id)), false});
      agent.send(proto::SetMetadata{id + 2, regular(folder_name + "f", 6)});
      agent.send(proto::Remove{id + 3, path(folder_name + "f"), false});
    }
    (void)agent.next();
    agent.send(proto::Finish{});
    while (!std::holds_alternative<proto::Finished>(agent.next())) {
    }
    stopped = true;
    swapper.join();
    check_end(agent.hang_up());
  }
  CHECK(swaps > 10);
  planted.check();
}
