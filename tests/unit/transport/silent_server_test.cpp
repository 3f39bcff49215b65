#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include <arpa/inet.h>
#include <sys/socket.h>

#include "godwit/fs/fd.hpp"
#include "godwit/transport/connect.hpp"

namespace
{

using namespace godwit::transport;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Accepts connections, by the kernel, and never says a word.
class SilentServer
{
public:
  SilentServer() : m_socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
  {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(m_socket.get(), generic, sizeof address) == 0);
    REQUIRE(::listen(m_socket.get(), 8) == 0);
    REQUIRE(::getsockname(m_socket.get(), generic, &length) == 0);
    m_port = ntohs(address.sin_port);
  }
  std::string
  port() const
  {
    return std::to_string(m_port);
  }

private:
  godwit::fs::Fd m_socket;
  int m_port = 0;
};

ConnectOptions
libssh_options(const SilentServer& server)
{
  ::setenv("HOME", "/nonexistent", 1);
  ConnectOptions options;
  options.kind = ConnectOptions::Kind::libssh;
  options.rsh = "ssh -p " + server.port();
  return options;
}

} // namespace

TEST_CASE("libssh gives up on a server that says nothing")
{
  const SilentServer server;
  ConnectOptions options = libssh_options(server);
  options.connect_timeout_s = 1;
  const auto before = Clock::now();
  const auto connection = connect(godwit::model::parse_location("127.0.0.1:"), options);
  REQUIRE_FALSE(connection);
  CHECK(connection.error().kind == godwit::ErrorKind::timeout);
  CHECK(Clock::now() - before >= 1s);
  CHECK(Clock::now() - before < 10s);
}

TEST_CASE("libssh ends a login when the run is stopped")
{
  const SilentServer server;
  std::stop_source source;
  ConnectOptions options = libssh_options(server);
  options.stop = source.get_token();
  const auto before = Clock::now();
  std::jthread stopper([&] { source.request_stop(); });
  const auto connection = connect(godwit::model::parse_location("127.0.0.1:"), options);
  REQUIRE_FALSE(connection);
  CHECK(connection.error().kind == godwit::ErrorKind::stopped);
  CHECK(Clock::now() - before < 10s);
}

TEST_CASE("libssh takes the place of an ssh that is not installed")
{
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", "/nonexistent", 1);
  ::setenv("HOME", "/nonexistent", 1);
  for (const char* rsh : {"", "ssh -p 1"}) {
    CAPTURE(rsh);
    ConnectOptions options;
    options.rsh = rsh;
    const auto connection = connect(godwit::model::parse_location("127.0.0.1:"), options);
    CHECK_FALSE(connection);
    CHECK(connection.error().exit_code == 255);
  }
  ConnectOptions other;
  other.rsh = "rsh";
  CHECK(connect(godwit::model::parse_location("127.0.0.1:"), other).error().exit_code == 14);
  ::setenv("PATH", path.c_str(), 1);
}
