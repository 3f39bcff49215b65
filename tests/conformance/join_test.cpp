// Further connections of a run: what an agent takes in, and what it does not.

#include <array>
#include <chrono>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "subject.hpp"
#include "support/temp_tree.hpp"

using namespace godwit;
using namespace godwit::test;

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto patience = std::chrono::seconds(60);

// An agent that was told how many connections to be ready for, and its remote.
class Joined
{
public:
  explicit Joined(proto::Open open, std::uint8_t connections)
      : remote(first.fd(), first.fd(), {}, [this](endpoint::Parcel parcel) { m_answers.push(std::move(parcel)); })
  {
    REQUIRE(remote.greet(Clock::now() + patience));
    open.connections = connections;
    remote.begin(open);
    proto::Message answer = next();
    REQUIRE(std::holds_alternative<proto::Opened>(answer));
    opened = std::get<proto::Opened>(std::move(answer));
  }
  proto::Message next()
  {
    auto parcel = m_answers.pop_until(Clock::now() + patience);
    REQUIRE(parcel);
    return std::move(parcel->message);
  }
  // A further agent, whose connection is joined to the first.
  Result<> join(const AgentProcess& further)
  {
    return remote.join(further.fd(), further.fd(), Clock::now() + patience);
  }
  // The agent does its work still.
  void works()
  {
    remote.send({proto::Make{1, folder("made"), false}, {}});
    CHECK(std::holds_alternative<proto::Done>(next()));
    remote.send({proto::Finish{}, {}});
    CHECK(std::holds_alternative<proto::Finished>(next()));
  }

private:
  Channel<endpoint::Parcel> m_answers;

public:
  AgentProcess first;
  endpoint::Remote remote;
  proto::Opened opened;
};

// Speaks to the agent's join point as any process may.
class Caller
{
public:
  explicit Caller(const std::string& name) : m_fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
  {
    std::string text = "godwit-";
    constexpr char digits[] = "0123456789abcdef";
    for (const char c : name) {
      text += digits[static_cast<unsigned char>(c) >> 4U];
      text += digits[static_cast<unsigned char>(c) & 15U];
    }
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(text.begin(), text.end(), address.sun_path + 1);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
    m_is_connected = ::connect(m_fd, reinterpret_cast<const sockaddr*>(&address), size) == 0;
  }
  ~Caller() { ::close(m_fd); }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  bool is_connected() const { return m_is_connected; }
  void send(std::string token, const std::vector<int>& fds)
  {
    iovec part{token.data(), token.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(8 * sizeof(int))> control{};
    msghdr head{};
    head.msg_iov = &part;
    head.msg_iovlen = 1;
    if (!fds.empty()) {
      head.msg_control = control.data();
      head.msg_controllen = CMSG_SPACE(fds.size() * sizeof(int));
      cmsghdr* rights = CMSG_FIRSTHDR(&head);
      rights->cmsg_level = SOL_SOCKET;
      rights->cmsg_type = SCM_RIGHTS;
      rights->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
      std::memcpy(CMSG_DATA(rights), fds.data(), fds.size() * sizeof(int));
    }
    ::sendmsg(m_fd, &head, MSG_NOSIGNAL);
  }
  bool was_refused()
  {
    char nothing = 0;
    return ::recv(m_fd, &nothing, 1, 0) <= 0;
  }

private:
  int m_fd;
  bool m_is_connected = false;
};

} // namespace

TEST_CASE("an agent offers nothing to a run of one connection")
{
  const TempTree tree;
  Joined run(open_dest(tree.path("root")), 1);
  CHECK_FALSE(run.remote.can_be_joined());
  run.works();
}

TEST_CASE("further connections carry the run, up to as many as were announced")
{
  const TempTree tree;
  const AgentProcess second; // the run lets go of their descriptors before they do
  const AgentProcess third;
  const AgentProcess fourth;
  Joined run(open_dest(tree.path("root")), 3);
  REQUIRE(run.remote.can_be_joined());
  CHECK(run.join(second));
  CHECK(run.join(third));
  CHECK_FALSE(run.join(fourth));
  run.works();
  CHECK(run.first.hang_up() == 0);
}

TEST_CASE("a further connection that is cut ends the run and the agent")
{
  const TempTree tree;
  const AgentProcess second;
  Joined run(open_dest(tree.path("root")), 2);
  REQUIRE(run.join(second));
  ::shutdown(second.fd(), SHUT_RDWR);
  const proto::Message answer = run.next();
  const auto* fatal = std::get_if<proto::Fatal>(&answer);
  REQUIRE(fatal != nullptr);
  CHECK(fatal->kind == ErrorKind::stream);
  std::array<char, 4096> rest;
  while (::recv(run.first.fd(), rest.data(), rest.size(), 0) > 0) { // of its own accord
  }
}

TEST_CASE("who does not know the token, or brings something else, is refused, and the run goes on")
{
  const TempTree tree;
  const AgentProcess second;
  Joined run(open_dest(tree.path("root")), 2);
  const proto::Join& key = run.opened.join;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const int file = ::fileno(std::tmpfile());
  const auto refuses = [&](const std::string& token, const std::vector<int>& fds) {
    Caller caller(key.name);
    REQUIRE(caller.is_connected());
    caller.send(token, fds);
    CHECK(caller.was_refused());
  };
  SUBCASE("a wrong token") { refuses(std::string(16, 'x'), {ends[0], ends[1]}); }
  SUBCASE("half a token") { refuses(key.token.substr(0, 8), {ends[0], ends[1]}); }
  SUBCASE("no descriptors") { refuses(key.token, {}); }
  SUBCASE("one descriptor") { refuses(key.token, {ends[0]}); }
  SUBCASE("too many descriptors") { refuses(key.token, {0, 0, 0, ends[0], ends[1]}); }
  SUBCASE("files") { refuses(key.token, {file, file}); }
  CHECK(run.join(second));
  run.works();
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("a flood of calls closes the door, and the run goes on")
{
  const TempTree tree;
  const AgentProcess second;
  Joined run(open_dest(tree.path("root")), 2);
  int refused = 0;
  for (int i = 0; i < 100; ++i) {
    Caller caller(run.opened.join.name);
    if (!caller.is_connected()) {
      break;
    }
    caller.send("nonsense", {});
    refused += caller.was_refused() ? 1 : 0;
  }
  CHECK(refused < 100);
  CHECK_FALSE(run.join(second));
  run.works();
}

TEST_CASE("an agent that is told to join what is not there ends")
{
  AgentProcess agent;
  const TempTree tree;
  Joined run(open_dest(tree.path("root")), 2);
  {
    endpoint::LinkSettings plain;
    plain.compress.mode = proto::CompressMode::off;
    endpoint::Link link(agent.fd(), agent.fd(), plain);
    REQUIRE(link.find_magic(Clock::now() + patience));
    REQUIRE(link.receive(Clock::now() + patience));
    REQUIRE(link.write_now(proto::Hello{}));
    SUBCASE("another name") { REQUIRE(link.write_now(proto::Join{std::string(16, 'n'), run.opened.join.token})); }
    SUBCASE("another token") { REQUIRE(link.write_now(proto::Join{run.opened.join.name, std::string(16, 't')})); }
    SUBCASE("no key") { REQUIRE(link.write_now(proto::Join{})); }
    const auto end = link.receive(Clock::now() + patience);
    REQUIRE_FALSE(end);
    CHECK(end.error().kind == ErrorKind::stream);
  }
  run.works();
}
