#include "godwit/transport/connect.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <thread>

#include <sys/socket.h>
#include <unistd.h>

#include "support/echo.hpp"

namespace
{

using namespace godwit::transport;
using namespace std::chrono_literals;
using godwit::test::read_to_end;

constexpr std::uint64_t mebibyte = 1024 * 1024;

auto
soon()
{
  return std::chrono::steady_clock::now() + 20s;
}

std::unique_ptr<Connection>
run(const std::string& script, SpawnOptions options = {})
{
  auto connection = spawn({"/bin/sh", "-c", script}, options);
  REQUIRE(connection);
  return *std::move(connection);
}

} // namespace

TEST_CASE("spawn carries both directions at once")
{
  const auto connection = run("cat");
  const auto result = godwit::test::echo(*connection, 64 * mebibyte);
  CHECK(result.received == 64 * mebibyte);
  CHECK(result.is_equal);
  CHECK(connection->wait(soon()).code == 0);
}

TEST_CASE("wait reports the exit code and the last words")
{
  std::string seen;
  const auto connection = run("echo one >&2; echo two >&2; exit 7", {022, [&](std::string_view line) {
                                                                       seen += line;
                                                                       seen += '|';
                                                                     }});
  const ExitReport report = connection->wait(soon());
  CHECK(report.code == 7);
  CHECK_FALSE(report.by_signal);
  CHECK(report.stderr_tail == "one\ntwo\n");
  CHECK(seen == "one|two|");
  CHECK(connection->wait(soon()).code == 7);
}

TEST_CASE("wait tells a program that was killed")
{
  const ExitReport report = run("kill -9 $$")->wait(soon());
  CHECK(report.by_signal);
  CHECK(report.code == 128 + 9);
}

TEST_CASE("wait kills at its deadline what does not end")
{
  const auto connection = run("trap '' TERM; echo ready; while :; do read x || exec sleep 100; done");
  char byte = 0;
  REQUIRE(::read(connection->in_fd(), &byte, 1) == 1);
  const auto before = std::chrono::steady_clock::now();
  const ExitReport report = connection->wait(before + 50ms);
  CHECK(report.by_signal);
  CHECK(report.code == 128 + 9);
  CHECK(std::chrono::steady_clock::now() - before < 10s);
}

TEST_CASE("wait does not wait for a background process that keeps stderr open")
{
  const auto connection = run("sleep 100 >/dev/null </dev/null & echo $!; echo done >&2; exit 4");
  const std::string pid = read_to_end(*connection);
  const ExitReport report = connection->wait(soon());
  ::kill(std::stoi(pid), SIGKILL);
  CHECK(report.code == 4);
  CHECK(report.stderr_tail == "done\n");
}

TEST_CASE("kill wakes a thread that reads")
{
  const auto connection = run("exec sleep 100");
  std::string got = "unset";
  std::jthread reader([&] { got = read_to_end(*connection); });
  connection->kill();
  reader.join();
  CHECK(got.empty());
  CHECK(connection->wait(soon()).by_signal);
  CHECK(::send(connection->out_fd(), "x", 1, MSG_NOSIGNAL) == -1);
}

TEST_CASE("a spawned program has the user's umask, no SIGINT and the usual SIGPIPE")
{
  ::signal(SIGPIPE, SIG_IGN);
  const auto connection = run("umask; grep SigIgn /proc/self/status", {027, {}});
  const std::string text = read_to_end(*connection);
  CHECK(text.starts_with("0027\n"));
  const std::uint64_t ignored = std::stoull(text.substr(text.find(":\t") + 2), nullptr, 16);
  CHECK((ignored >> (SIGINT - 1) & 1) == 1);
  CHECK((ignored >> (SIGPIPE - 1) & 1) == 0);
}

TEST_CASE("spawn says why a program cannot run")
{
  const auto missing = spawn({"no-such-program-here"}, {});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().text == "cannot run no-such-program-here: No such file or directory");
  CHECK(missing.error().exit_code == 14);
  const auto folder = spawn({"/tmp"}, {});
  REQUIRE_FALSE(folder);
  CHECK(folder.error().text == "cannot run /tmp: Permission denied");
}

TEST_CASE("connect hands -e its arguments in rsync's order")
{
  ConnectOptions options;
  options.rsh = "/bin/sh -c 'printf \"%s|\" \"$0\" \"$@\"'";
  auto connection = connect(godwit::model::parse_location("u@h:p"), options);
  REQUIRE(connection);
  CHECK(read_to_end(**connection) == "-l|u|h|godwit|agent|");
}
