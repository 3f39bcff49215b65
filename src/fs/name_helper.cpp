// The process that keeps the databases of users and groups for a confined one.
//
// Over a socket pair that keeps packets apart:
//   question = kind (1 byte) key        key    = name | id (4 bytes)
//   answer   = found (1 byte) [value]   value  = name | id (4 bytes)
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "godwit/base/bytes.hpp"
#include "godwit/fs/fd.hpp"
#include "name_lookup.hpp"

namespace godwit::fs {
namespace {

enum class Question : char { user_name = 'u', group_name = 'g', uid_of = 'U', gid_of = 'G', home_of = 'h' };

constexpr std::size_t max_packet_bytes = 8192;
constexpr int answer_timeout_ms = 10000;

std::string
pack(std::uint32_t id)
{
  std::string bytes(sizeof id, '\0');
  std::memcpy(bytes.data(), &id, sizeof id);
  return bytes;
}

std::optional<std::uint32_t>
unpack(const std::optional<std::string>& bytes)
{
  std::uint32_t id = 0;
  if (!bytes || bytes->size() != sizeof id) {
    return std::nullopt;
  }
  std::memcpy(&id, bytes->data(), sizeof id);
  return id;
}

std::optional<std::string>
packed(std::optional<std::uint32_t> id)
{
  return id ? std::optional(pack(*id)) : std::nullopt;
}

std::optional<std::string>
answer(NameLookup& names, const std::string& question)
{
  const std::string key = question.substr(1);
  const auto id = unpack(key);
  switch (static_cast<Question>(question.front())) {
  case Question::user_name: return id ? names.user_name(*id) : std::nullopt;
  case Question::group_name: return id ? names.group_name(*id) : std::nullopt;
  case Question::uid_of: return packed(names.uid_of(key));
  case Question::gid_of: return packed(names.gid_of(key));
  case Question::home_of: return names.home_of(key);
  }
  return std::nullopt;
}

// Until the other end is closed.
void
serve(int socket)
{
  const auto names = make_direct_lookup();
  char buffer[max_packet_bytes];
  while (true) {
    const ssize_t length = ::recv(socket, buffer, sizeof buffer, 0);
    if (length == -1 && errno == EINTR) {
      continue;
    }
    if (length <= 0) {
      return;
    }
    const auto found = answer(*names, std::string(buffer, static_cast<std::size_t>(length)));
    std::string reply(1, found ? '\1' : '\0');
    reply += found.value_or("");
    if (reply.size() > max_packet_bytes || ::send(socket, reply.data(), reply.size(), MSG_NOSIGNAL) == -1) {
      return;
    }
  }
}

// Holds nothing open that others wait to see closed, and outlives no one.
[[noreturn]] void
run_helper(int socket)
{
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    ::signal(number, SIG_IGN); // the other process ends first
  }
  constexpr int kept = 3;
  ::dup2(socket, kept);
  ::close_range(kept + 1, ~0U, 0);
  const int null = ::open("/dev/null", O_RDWR);
  for (const int standard : {0, 1, 2}) {
    if (null != -1) {
      ::dup2(null, standard);
    } else {
      ::close(standard);
    }
  }
  serve(kept);
  ::_exit(0);
}

class HelperLookup : public NameLookup
{
public:
  HelperLookup(Fd socket, pid_t child) : m_socket(std::move(socket)), m_child(child) {}
  ~HelperLookup() override
  {
    m_socket.reset();
    ::waitpid(m_child, nullptr, WNOHANG); // a helper that hangs in a lookup dies with this process
  }
  HelperLookup(const HelperLookup&) = delete;
  HelperLookup& operator=(const HelperLookup&) = delete;

  std::optional<std::string> user_name(std::uint32_t uid) override
  {
    return ask(Question::user_name, pack(uid));
  }
  std::optional<std::string> group_name(std::uint32_t gid) override
  {
    return ask(Question::group_name, pack(gid));
  }
  std::optional<std::uint32_t> uid_of(const std::string& user) override
  {
    return unpack(ask(Question::uid_of, user));
  }
  std::optional<std::uint32_t> gid_of(const std::string& name) override
  {
    return unpack(ask(Question::gid_of, name));
  }
  std::optional<std::string> home_of(const std::string& user) override
  {
    return ask(Question::home_of, user);
  }

private:
  std::optional<std::string> ask(Question question, const std::string& key)
  {
    const std::string packet = static_cast<char>(question) + key;
    if (!m_socket || packet.size() > max_packet_bytes ||
        ::send(m_socket.get(), packet.data(), packet.size(), MSG_NOSIGNAL) == -1) {
      return std::nullopt;
    }
    pollfd waiting{m_socket.get(), POLLIN, 0};
    int ready = 0;
    do {
      ready = ::poll(&waiting, 1, answer_timeout_ms);
    } while (ready == -1 && errno == EINTR);
    char buffer[max_packet_bytes];
    const ssize_t length = ready == 1 ? ::recv(m_socket.get(), buffer, sizeof buffer, 0) : -1;
    if (length < 1) {
      m_socket.reset(); // a late answer would be taken for that to the next question
      return std::nullopt;
    }
    return buffer[0] == '\1' ? std::optional(std::string(buffer + 1, static_cast<std::size_t>(length) - 1))
                             : std::nullopt;
  }

  Fd m_socket;
  pid_t m_child;
};

} // namespace

Result<std::unique_ptr<NameLookup>>
make_forked_lookup()
{
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return sys_error("cannot make a socket for the name helper");
  }
  Fd mine(ends[0]);
  Fd theirs(ends[1]);
  const pid_t child = ::fork();
  if (child == -1) {
    return sys_error("cannot start the name helper");
  }
  if (child == 0) {
    run_helper(theirs.get());
  }
  return std::unique_ptr<NameLookup>(std::make_unique<HelperLookup>(std::move(mine), child));
}

} // namespace godwit::fs
