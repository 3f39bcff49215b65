#include "godwit/transport/connect.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include <unistd.h>

#include "support/echo.hpp"
#include "support/private_sshd.hpp"
#include "transport/arguments.hpp"

namespace
{

using namespace godwit::transport;
using namespace std::chrono_literals;
using godwit::model::parse_location;
using godwit::test::PrivateSshd;
using godwit::test::read_to_end;

constexpr std::uint64_t mebibyte = 1024 * 1024;

// One for all cases: starting it costs more than using it.
PrivateSshd*
sshd()
{
  static const std::unique_ptr<PrivateSshd> server = PrivateSshd::start();
  if (!server) {
    MESSAGE("skipped: " << PrivateSshd::why_not());
  }
  return server.get();
}

auto
soon()
{
  return std::chrono::steady_clock::now() + 30s;
}

// `program` in the place of godwit; `: ` before it would swallow the argument `agent`.
ConnectOptions
options_for(const PrivateSshd& server, const std::string& program)
{
  ConnectOptions options;
  options.rsh = server.rsh() + " -o BatchMode=yes";
  options.remote_program = program;
  return options;
}

ExitReport
outcome(const ConnectOptions& options)
{
  auto connection = connect(parse_location("box:"), options);
  REQUIRE(connection);
  read_to_end(**connection);
  return (*connection)->wait(soon());
}

} // namespace

TEST_CASE("ssh carries both directions at once")
{
  if (sshd() == nullptr) {
    return;
  }
  auto connection = connect(parse_location("box:"), options_for(*sshd(), "exec cat #"));
  REQUIRE(connection);
  const auto result = godwit::test::echo(**connection, 64 * mebibyte);
  CHECK(result.received == 64 * mebibyte);
  CHECK(result.is_equal);
  CHECK((*connection)->wait(soon()).code == 0);
}

TEST_CASE("ssh gives the remote shell the program as one string and its exit code back")
{
  if (sshd() == nullptr) {
    return;
  }
  auto connection = connect(parse_location("127.0.0.1:"), options_for(*sshd(), "cd / && echo \"$PWD\""));
  REQUIRE(connection);
  CHECK(read_to_end(**connection) == "/ agent\n");
  CHECK((*connection)->wait(soon()).code == 0);
  CHECK(outcome(options_for(*sshd(), "exit 9;")).code == 9);
}

TEST_CASE("ssh tells an agent that is missing and one that cannot run")
{
  if (sshd() == nullptr) {
    return;
  }
  const auto missing = options_for(*sshd(), "no-such-godwit");
  const ExitReport report = outcome(missing);
  CHECK(report.code == 127);
  CHECK(report.stderr_tail.find("not found") != std::string::npos);
  CHECK(explain_exit(report, missing, parse_location("box:")).exit_code == 127);
  CHECK(outcome(options_for(*sshd(), sshd()->folder() + "/sshd_config")).code == 126);
}

TEST_CASE("ssh refuses a wrong host key, and the line says so")
{
  if (sshd() == nullptr) {
    return;
  }
  const std::string hosts = sshd()->folder() + "/wrong_hosts";
  std::ifstream key(sshd()->ssh_folder() + "/id_ed25519.pub");
  std::string type;
  std::string text;
  key >> type >> text;
  std::ofstream(hosts) << "[127.0.0.1]:" << sshd()->port() << " " << type << " " << text << "\n";
  auto options = options_for(*sshd(), "cat");
  options.rsh += " -o UserKnownHostsFile=" + hosts;
  const ExitReport report = outcome(options);
  CHECK(report.code == 255);
  CHECK(explain_exit(report, options, parse_location("box:")).text.find("Host key verification failed") !=
        std::string::npos);
}

TEST_CASE("ssh tells a refused login and a closed port")
{
  if (sshd() == nullptr) {
    return;
  }
  auto refused = options_for(*sshd(), "cat");
  refused.rsh += " -o IdentityFile=none -o PubkeyAuthentication=no";
  const ExitReport report = outcome(refused);
  CHECK(report.code == 255);
  CHECK(report.stderr_tail.find("Permission denied") != std::string::npos);
  auto closed = options_for(*sshd(), "cat");
  closed.rsh += " -p 1";
  CHECK(outcome(closed).stderr_tail.find("Connection refused") != std::string::npos);
}

TEST_CASE("ssh passes the far end's stderr on while it runs")
{
  if (sshd() == nullptr) {
    return;
  }
  std::string seen;
  auto options = options_for(*sshd(), "printf 'a\\033b\\nc\\n' >&2; exit 3;");
  options.on_stderr = [&](std::string_view line) {
    seen += line;
    seen += '|';
  };
  CHECK(outcome(options).code == 3);
  CHECK(seen == "a\\#033b|c|");
}

TEST_CASE("the default ssh keeps the stream clean whatever the configuration asks for")
{
  if (sshd() == nullptr) {
    return;
  }
  const std::string config = sshd()->folder() + "/busy_config";
  std::ofstream(config) << "RequestTTY force\nRemoteCommand echo wrong\nPermitLocalCommand yes\n"
                        << "LocalCommand echo wrong\nLocalForward 1 127.0.0.1:1\nExitOnForwardFailure yes\n"
                        << "Include " << sshd()->ssh_folder() << "/config\n";
  ConnectOptions options;
  options.remote_program = "exec cat #";
  auto words = ssh_arguments(parse_location("box:"), options);
  words.insert(words.begin() + 1, {"-F", config});
  auto connection = spawn(words, {});
  REQUIRE(connection);
  const auto result = godwit::test::echo(**connection, mebibyte);
  CHECK(result.received == mebibyte);
  CHECK(result.is_equal);
  CHECK((*connection)->wait(soon()).code == 0);
}

TEST_CASE("kill ends ssh at once")
{
  if (sshd() == nullptr) {
    return;
  }
  auto connection = connect(parse_location("box:"), options_for(*sshd(), "echo up; exec sleep 100 #"));
  REQUIRE(connection);
  char byte = 0;
  REQUIRE(::read((*connection)->in_fd(), &byte, 1) == 1);
  const auto before = std::chrono::steady_clock::now();
  (*connection)->kill();
  (*connection)->wait(soon());
  CHECK(std::chrono::steady_clock::now() - before < 5s);
}

TEST_CASE("a ControlPersist master that stays behind does not hold the connection up")
{
  if (sshd() == nullptr) {
    return;
  }
  auto options = options_for(*sshd(), "exec cat #");
  const std::string socket = sshd()->folder() + "/control";
  options.rsh += " -o ControlMaster=auto -o ControlPersist=30 -o ControlPath=" + socket;
  for (int turn = 0; turn < 2; ++turn) {
    auto connection = connect(parse_location("box:"), options);
    REQUIRE(connection);
    CHECK(godwit::test::echo(**connection, mebibyte).received == mebibyte);
    CHECK((*connection)->wait(soon()).code == 0);
  }
  godwit::test::run_program({"ssh", "-F", sshd()->ssh_folder() + "/config", "-O", "exit", "-o",
                             "ControlPath=" + socket, "-q", "box"});
}
