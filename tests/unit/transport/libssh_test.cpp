#include "godwit/transport/connect.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include "support/echo.hpp"
#include "support/private_sshd.hpp"

namespace
{

using namespace godwit::transport;
using namespace std::chrono_literals;
using godwit::model::parse_location;
using godwit::test::PrivateSshd;
using godwit::test::read_to_end;

constexpr std::uint64_t mebibyte = 1024 * 1024;

PrivateSshd*
sshd()
{
  static const std::unique_ptr<PrivateSshd> server = PrivateSshd::start();
  if (!server) {
    MESSAGE("skipped: " << PrivateSshd::why_not());
  } else {
    ::setenv("HOME", server->home().c_str(), 1);
    ::unsetenv("SSH_AUTH_SOCK");
  }
  return server.get();
}

auto
soon()
{
  return std::chrono::steady_clock::now() + 30s;
}

ConnectOptions
options_for(const std::string& program)
{
  ConnectOptions options;
  options.kind = ConnectOptions::Kind::libssh;
  options.remote_program = program;
  return options;
}

std::unique_ptr<Connection>
connected(const ConnectOptions& options)
{
  auto connection = connect(parse_location("box:"), options);
  if (!connection) {
    FAIL(connection.error().text);
  }
  return *std::move(connection);
}

std::string
refused(const ConnectOptions& options)
{
  auto connection = connect(parse_location("box:"), options);
  REQUIRE_FALSE(connection);
  CHECK(connection.error().exit_code == 255);
  return connection.error().text;
}

std::string
contents(const std::string& path)
{
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// Puts a file's text back when it goes.
class Restored
{
public:
  explicit Restored(std::string path) : m_path(std::move(path)), m_before(contents(m_path)) {}
  Restored(const Restored&) = delete;
  Restored& operator=(const Restored&) = delete;
  ~Restored() { write(m_before); }
  void
  write(const std::string& text) const
  {
    std::ofstream(m_path) << text;
  }
  const std::string&
  before() const
  {
    return m_before;
  }

private:
  std::string m_path;
  std::string m_before;
};

bool
says(const std::string& text, std::string_view part)
{
  CAPTURE(text);
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("libssh carries both directions at once")
{
  if (sshd() == nullptr) {
    return;
  }
  const auto connection = connected(options_for("exec cat #"));
  const auto result = godwit::test::echo(*connection, 64 * mebibyte);
  CHECK(result.received == 64 * mebibyte);
  CHECK(result.is_equal);
  CHECK(connection->wait(soon()).code == 0);
}

TEST_CASE("libssh survives key exchanges in full duplex")
{
  if (sshd() == nullptr) {
    return;
  }
  auto options = options_for("exec cat #");
  options.rsh = "ssh -o RekeyLimit=8M";
  const auto connection = connected(options);
  const auto result = godwit::test::echo(*connection, 96 * mebibyte);
  CHECK(result.received == 96 * mebibyte);
  CHECK(result.is_equal);
  CHECK(connection->wait(soon()).code == 0);
}

TEST_CASE("libssh gives the remote shell the program as one string and its exit code back")
{
  if (sshd() == nullptr) {
    return;
  }
  const auto connection = connected(options_for("cd / && echo \"$PWD\""));
  CHECK(read_to_end(*connection) == "/ agent\n");
  CHECK(connection->wait(soon()).code == 0);
  CHECK(connected(options_for("exit 9;"))->wait(soon()).code == 9);
  CHECK(connected(options_for("no-such-godwit"))->wait(soon()).code == 127);
  CHECK(connected(options_for(sshd()->folder() + "/sshd_config"))->wait(soon()).code == 126);
  CHECK(connected(options_for("kill -9 $$;"))->wait(soon()).code == 255);
}

TEST_CASE("libssh passes the far end's stderr on")
{
  if (sshd() == nullptr) {
    return;
  }
  std::string seen;
  auto options = options_for("printf 'a\\033b\\nc' >&2; exit 3;");
  options.on_stderr = [&](std::string_view line) {
    seen += line;
    seen += '|';
  };
  const ExitReport report = connected(options)->wait(soon());
  CHECK(report.code == 3);
  CHECK(report.stderr_tail == "a\\#033b\nc\n");
  CHECK(seen == "a\\#033b|c|");
}

TEST_CASE("libssh ends at once when it is told to")
{
  if (sshd() == nullptr) {
    return;
  }
  const auto connection = connected(options_for("echo up; exec sleep 100 #"));
  char byte = 0;
  REQUIRE(::read(connection->in_fd(), &byte, 1) == 1);
  const auto before = std::chrono::steady_clock::now();
  connection->kill();
  connection->wait(soon());
  CHECK(std::chrono::steady_clock::now() - before < 5s);
}

TEST_CASE("libssh tells a line that was cut")
{
  if (sshd() == nullptr) {
    return;
  }
  const auto connection = connected(options_for("kill $PPID; exec sleep 100 #"));
  CHECK(read_to_end(*connection).empty());
  const ExitReport report = connection->wait(soon());
  CHECK(report.code == 255);
  CHECK(says(report.stderr_tail, "connection lost"));
}

TEST_CASE("libssh trusts only the key in known_hosts")
{
  if (sshd() == nullptr) {
    return;
  }
  const Restored known(sshd()->ssh_folder() + "/known_hosts");
  const std::string name = "[127.0.0.1]:" + std::to_string(sshd()->port()) + " ";
  known.write("");
  CHECK(says(refused(options_for("cat")), "is not in known_hosts"));
  known.write(name + contents(sshd()->ssh_folder() + "/id_ed25519.pub"));
  CHECK(says(refused(options_for("cat")), "is not the one in known_hosts"));
  known.write(known.before() + "@revoked " + known.before());
  CHECK(says(refused(options_for("cat")), "needs --transport=ssh"));
}

TEST_CASE("libssh accepts no unknown host even where the configuration would")
{
  if (sshd() == nullptr) {
    return;
  }
  const Restored known(sshd()->ssh_folder() + "/known_hosts");
  known.write("");
  auto options = options_for("cat");
  options.rsh = "ssh -o StrictHostKeyChecking=no";
  CHECK(says(refused(options), "is not in known_hosts"));
}

TEST_CASE("libssh refuses a host whose configuration it cannot honour")
{
  if (sshd() == nullptr) {
    return;
  }
  const Restored config(sshd()->ssh_folder() + "/config");
  config.write("HostKeyAlias other\n" + config.before());
  CHECK(says(refused(options_for("cat")), "'hostkeyalias other'"));
  config.write("Host elsewhere\n  HostKeyAlias other\n" + config.before());
  CHECK(connected(options_for("exit 0;"))->wait(soon()).code == 0);
}

TEST_CASE("libssh takes port, user, key and file from -e")
{
  if (sshd() == nullptr) {
    return;
  }
  const Restored config(sshd()->ssh_folder() + "/config");
  const std::string other = sshd()->folder() + "/other_config";
  std::ofstream(other) << config.before();
  config.write("Host *\n  Port 1\n  HostName 127.0.0.1\n");
  CHECK(says(refused(options_for("cat")), "cannot connect to box"));
  auto options = options_for("exit 4;");
  options.rsh = "ssh -F " + other;
  CHECK(connected(options)->wait(soon()).code == 4);
  options.rsh = "ssh -p" + std::to_string(sshd()->port()) + " -i " + sshd()->ssh_folder() + "/id_ed25519";
  CHECK(connected(options)->wait(soon()).code == 4);
  options.rsh = "ssh -J elsewhere";
  CHECK(says(refused(options), "needs --transport=ssh"));
}

TEST_CASE("libssh tells a refused login")
{
  if (sshd() == nullptr) {
    return;
  }
  auto options = options_for("cat");
  options.rsh = "ssh -o PubkeyAuthentication=no";
  CHECK(says(refused(options), "cannot log in to box"));
}
