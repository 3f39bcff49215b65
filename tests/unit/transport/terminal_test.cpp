#include "transport/terminal.hpp"

#include <doctest/doctest.h>

#include <array>
#include <csignal>
#include <cstdlib>

#include <termios.h>
#include <unistd.h>

#include "godwit/transport/connect.hpp"
#include "support/echo.hpp"
#include "support/private_sshd.hpp"
#include "support/pty_run.hpp"

namespace
{

using namespace godwit::transport;
using namespace std::chrono_literals;
using godwit::test::PrivateSshd;
using godwit::test::run_on_pty;

bool
is_echoing()
{
  termios now{};
  return ::tcgetattr(STDIN_FILENO, &now) == 0 && (now.c_lflag & ECHO) != 0;
}

// SIGINT is held back until somebody waits for it.
class HeldInterrupt
{
public:
  HeldInterrupt()
  {
    ::signal(SIGINT, [](int) {});
    sigset_t interrupt;
    ::sigemptyset(&interrupt);
    ::sigaddset(&interrupt, SIGINT);
    ::sigprocmask(SIG_BLOCK, &interrupt, &m_before);
  }
  void
  await() const
  {
    ::sigsuspend(&m_before);
  }

private:
  sigset_t m_before{};
};

// A server whose key for us is locked by the passphrase `open sesame`.
std::unique_ptr<PrivateSshd>
sshd_with_locked_key()
{
  auto server = PrivateSshd::start();
  if (!server) {
    MESSAGE("skipped: " << PrivateSshd::why_not());
    return nullptr;
  }
  const std::string key = server->ssh_folder() + "/id_ed25519";
  if (godwit::test::run_program({"ssh-keygen", "-q", "-p", "-N", "open sesame", "-P", "", "-f", key}) != 0) {
    return nullptr;
  }
  ::setenv("HOME", server->home().c_str(), 1);
  ::unsetenv("SSH_AUTH_SOCK");
  return server;
}

int
exit_code_of(const ConnectOptions& options)
{
  auto connection = connect(godwit::model::parse_location("box:"), options);
  if (!connection) {
    return connection.error().kind == godwit::ErrorKind::stopped ? 99 : 98;
  }
  godwit::test::read_to_end(**connection);
  return (*connection)->wait(std::chrono::steady_clock::now() + 20s).code;
}

} // namespace

TEST_CASE("ask_on_terminal hides an answer and puts the echo back")
{
  const auto result = run_on_pty(
      [] {
        const auto line = ask_on_terminal("word\x1b: ", Echo::off, {});
        return line && *line == "open sesame" && is_echoing() ? 0 : 1;
      },
      {{"word\\#033: ", "open sesame\n"}});
  CHECK(result.exit_code == 0);
  CHECK(result.output.find("sesame") == std::string::npos);
}

TEST_CASE("ask_on_terminal shows an answer that is no secret")
{
  const auto result =
      run_on_pty([] { return ask_on_terminal("name: ", Echo::on, {}) ? 0 : 1; }, {{"name: ", "somebody\n"}});
  CHECK(result.exit_code == 0);
  CHECK(result.output.find("somebody") != std::string::npos);
}

TEST_CASE("ask_on_terminal ends when the run is stopped")
{
  const auto result = run_on_pty(
      [] {
        std::stop_source source;
        source.request_stop();
        const auto line = ask_on_terminal("name: ", Echo::off, source.get_token());
        return !line && line.error().kind == godwit::ErrorKind::stopped && is_echoing() ? 0 : 1;
      },
      {});
  CHECK(result.exit_code == 0);
}

TEST_CASE("libssh asks for the passphrase of a key on the terminal")
{
  const auto server = sshd_with_locked_key();
  if (!server) {
    return;
  }
  ConnectOptions options;
  options.kind = ConnectOptions::Kind::libssh;
  options.has_terminal = true;
  options.remote_program = "exit 5;";
  const std::string prompt = "passphrase for key '" + server->ssh_folder() + "/id_ed25519': ";
  const auto body = [&] {
    return exit_code_of(options);
  };
  CHECK(run_on_pty(body, {{prompt, "open sesame\n"}}).exit_code == 5);
  CHECK(run_on_pty(body, {{prompt, "wrong\n"}, {prompt, "open sesame\n"}}).exit_code == 5);
  CHECK(run_on_pty(body, {{prompt, "wrong\n"}, {prompt, "wrong\n"}}).exit_code == 98);
  options.has_terminal = false;
  CHECK(run_on_pty(body, {{prompt, "open sesame\n"}}).exit_code == 98);
}

TEST_CASE("a spawned ssh asks on the terminal although its stdio are ours")
{
  const auto server = sshd_with_locked_key();
  if (!server) {
    return;
  }
  ConnectOptions options;
  options.rsh = server->rsh();
  options.has_terminal = true;
  options.remote_program = "exit 5;";
  const auto result =
      run_on_pty([&] { return exit_code_of(options); }, {{"passphrase for key", "open sesame\n"}});
  CHECK(result.exit_code == 5);
  CHECK(result.output.find("sesame") == std::string::npos);
}

TEST_CASE("Ctrl-C leaves a spawned ssh alive, so that the run can end in order")
{
  const auto server = sshd_with_locked_key();
  if (!server) {
    return;
  }
  ConnectOptions options;
  options.rsh = server->rsh();
  options.remote_program = "echo up; cat; exit 6;";
  const auto body = [&] {
    const HeldInterrupt interrupt;
    auto connection = connect(godwit::model::parse_location("box:"), options);
    std::array<char, 3> word{};
    if (!connection || ::read((*connection)->in_fd(), word.data(), word.size()) != 3) {
      return 1;
    }
    const auto count = ::write(STDOUT_FILENO, "running", 7);
    interrupt.await();
    (*connection)->shutdown_write();
    godwit::test::read_to_end(**connection);
    return count == 7 ? (*connection)->wait(std::chrono::steady_clock::now() + 20s).code : 1;
  };
  CHECK(run_on_pty(body, {{"passphrase for key", "open sesame\n"}, {"running", "\x03"}}).exit_code == 6);
}

TEST_CASE("Ctrl-C while ssh asks ends it, with the terminal as it was")
{
  const auto server = sshd_with_locked_key();
  if (!server) {
    return;
  }
  ConnectOptions options;
  options.rsh = server->rsh();
  const auto body = [&] {
    const HeldInterrupt interrupt;
    auto connection = connect(godwit::model::parse_location("box:"), options);
    interrupt.await();
    (*connection)->kill();
    const ExitReport report = (*connection)->wait(std::chrono::steady_clock::now() + 20s);
    return (report.by_signal || report.code == 255) && is_echoing() ? 7 : 1;
  };
  CHECK(run_on_pty(body, {{"passphrase for key", "\x03"}}).exit_code == 7);
}
