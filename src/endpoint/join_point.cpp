#include "join_point.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fmt/format.h>

#include "godwit/base/hash.hpp"

namespace godwit::endpoint {

namespace {

constexpr std::size_t key_bytes = 16;
constexpr std::size_t most_attempts_each = 4; // then nobody may try any more
constexpr auto patience = std::chrono::seconds(5);
constexpr std::size_t handed_over = 2; // descriptors

std::string
random_bytes()
{
  const HashKey key = HashKey::random();
  return std::string(as_text(key.seed()).substr(0, key_bytes));
}

// The first byte of an abstract name is 0; the rest can only be one of ours, whatever the peer says.
socklen_t
fill_address(sockaddr_un& address, std::string_view name)
{
  std::string text = "godwit-";
  for (const char c : name) {
    text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
  address.sun_family = AF_UNIX;
  std::copy(text.begin(), text.end(), address.sun_path + 1);
  return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
}

bool
is_key(const proto::Join& key)
{
  return key.name.size() == key_bytes && key.token.size() == key_bytes;
}

// Takes as long wherever they differ.
bool
are_equal(std::string_view a, std::string_view b)
{
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

bool
is_of_this_user(int peer)
{
  ucred credentials{};
  socklen_t size = sizeof credentials;
  return ::getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 && credentials.uid == ::geteuid();
}

bool
is_stream(int fd)
{
  struct stat st{};
  return ::fstat(fd, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

Error
refused()
{
  return make_error(ErrorKind::protocol, "cannot join: the first agent does not know this connection");
}

struct Message {
  std::array<char, key_bytes> token{};
  iovec part{token.data(), token.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(handed_over * sizeof(int))> control{};
  msghdr head{};

  Message()
  {
    head.msg_iov = &part;
    head.msg_iovlen = 1;
    head.msg_control = control.data();
    head.msg_controllen = control.size();
  }
};

// All that came, whether or not it is what was wanted: none may leak.
std::vector<fs::Fd>
descriptors_of(const msghdr& head)
{
  std::vector<fs::Fd> all;
  for (cmsghdr* part = CMSG_FIRSTHDR(&head); part != nullptr; part = CMSG_NXTHDR(const_cast<msghdr*>(&head), part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) {
      continue;
    }
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
      all.emplace_back(fd);
    }
  }
  return all;
}

} // namespace

Result<std::unique_ptr<JoinPoint>>
JoinPoint::make(std::size_t most)
{
  fs::Fd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  proto::Join key{random_bytes(), random_bytes()};
  sockaddr_un address{};
  const socklen_t size = fill_address(address, key.name);
  if (!listener || ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::listen(listener.get(), static_cast<int>(most)) != 0) {
    return sys_error("cannot wait for further connections");
  }
  return std::unique_ptr<JoinPoint>(new JoinPoint(std::move(listener), std::move(key), most));
}

JoinPoint::JoinPoint(fs::Fd listener, proto::Join key, std::size_t most)
    : m_listener(std::move(listener)), m_key(std::move(key)), m_most(most)
{
}

JoinPoint::~JoinPoint()
{
  stop();
}

void
JoinPoint::start(Take take)
{
  m_take = std::move(take);
  m_thread = std::jthread([this] { serve(); });
}

void
JoinPoint::stop()
{
  m_waker.wake();
  if (m_thread.joinable()) {
    m_thread.join();
  }
}

// One after the other: an honest one is done at once. The listener stays open to the end, so that its
// number, which the call filter knows, becomes nothing else's.
void
JoinPoint::serve()
{
  std::vector<pollfd> polled = {{m_listener.get(), POLLIN, 0}};
  for (std::size_t left = m_most * most_attempts_each; left != 0 && m_joined.size() < m_most; --left) {
    if (const auto ready = m_waker.wait(polled, std::nullopt); !ready) {
      return;
    }
    fs::Fd peer(::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (peer && is_of_this_user(peer.get())) {
      (void)!admit(std::move(peer)); // the run goes on with what it has
    }
  }
  ::shutdown(m_listener.get(), SHUT_RDWR);
  while (fs::Fd(::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK))) {
    // who had called before the door was shut is turned away, too
  }
}

Result<>
JoinPoint::admit(fs::Fd peer)
{
  std::vector<pollfd> polled = {{peer.get(), POLLIN, 0}};
  TRY_ASSIGN(const bool ready, m_waker.wait(polled, std::chrono::steady_clock::now() + patience));
  Message message;
  const ssize_t count = ready ? ::recvmsg(peer.get(), &message.head, MSG_CMSG_CLOEXEC) : 0;
  std::vector<fs::Fd> fds = count < 0 ? std::vector<fs::Fd>() : descriptors_of(message.head);
  const bool is_whole = count == static_cast<ssize_t>(key_bytes) && (message.head.msg_flags & MSG_CTRUNC) == 0;
  const bool are_streams =
      fds.size() == handed_over &&
      std::all_of(fds.begin(), fds.end(), [](const fs::Fd& fd) { return is_stream(fd.get()); });
  if (!is_whole || !are_streams || !are_equal({message.token.data(), key_bytes}, m_key.token)) {
    return refused();
  }
  const Joined& joined = m_joined.emplace_back(Joined{std::move(peer), std::move(fds[0]), std::move(fds[1])});
  m_take(joined.in.get(), joined.out.get());
  return {};
}

Result<>
hand_over(const proto::Join& key, int in_fd, int out_fd)
{
  if (!is_key(key)) {
    return refused();
  }
  const fs::Fd first(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  const socklen_t size = fill_address(address, key.name);
  if (!first || ::connect(first.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    return sys_error("cannot reach the first agent of this run");
  }
  Message message;
  std::copy(key.token.begin(), key.token.end(), message.token.begin());
  cmsghdr* rights = CMSG_FIRSTHDR(&message.head);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(handed_over * sizeof(int));
  const std::array<int, handed_over> fds = {in_fd, out_fd};
  std::memcpy(CMSG_DATA(rights), fds.data(), sizeof fds);
  if (::sendmsg(first.get(), &message.head, MSG_NOSIGNAL) != static_cast<ssize_t>(key_bytes)) {
    return sys_error("cannot hand the connection over");
  }
  char nothing = 0;
  while (::read(first.get(), &nothing, 1) < 0 && errno == EINTR) { // until it ends
  }
  return {};
}

} // namespace godwit::endpoint
