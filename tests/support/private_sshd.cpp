#include "support/private_sshd.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace godwit::test
{
namespace
{

constexpr const char* sshd_path = "/usr/sbin/sshd"; // sshd insists on an absolute path
constexpr int launch_attempts = 5;
constexpr int answer_ms = 10000;

std::string&
reason()
{
  static std::string text;
  return text;
}

std::vector<char*>
pointers_to(const std::vector<std::string>& argv)
{
  std::vector<char*> pointers;
  for (const std::string& word : argv) {
    pointers.push_back(const_cast<char*>(word.c_str()));
  }
  pointers.push_back(nullptr);
  return pointers;
}

sockaddr_in
loopback(int port)
{
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

// A port nobody uses now; another may take it before sshd does, hence the attempts.
int
free_port()
{
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  const bool is_bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                        ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  ::close(fd);
  return is_bound ? ntohs(address.sin_port) : 0;
}

void
write_file(const std::string& path, const std::string& text)
{
  std::ofstream(path) << text;
  ::chmod(path.c_str(), 0600);
}

std::string
read_all(const std::string& path)
{
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::string
user_name()
{
  const passwd* entry = ::getpwuid(::getuid());
  return entry != nullptr ? entry->pw_name : "root";
}

bool
may_log_in()
{
  const passwd* entry = ::getpwuid(::getuid());
  const std::string shell = entry != nullptr ? entry->pw_shell : "";
  return entry != nullptr && !shell.ends_with("/nologin") && !shell.ends_with("/false");
}

} // namespace

int
run_program(const std::vector<std::string>& argv)
{
  pid_t pid = -1;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  const int failure =
      ::posix_spawnp(&pid, argv[0].c_str(), &actions, nullptr, pointers_to(argv).data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) {
    return -1;
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

const std::string&
PrivateSshd::why_not()
{
  return reason();
}

std::unique_ptr<PrivateSshd>
PrivateSshd::start()
{
  std::unique_ptr<PrivateSshd> sshd(new PrivateSshd);
  if (::access(sshd_path, X_OK) != 0) {
    reason() = "no /usr/sbin/sshd here";
    return nullptr;
  }
  if (!may_log_in()) {
    reason() = "this user has no login shell";
    return nullptr;
  }
  if (!sshd->prepare()) {
    reason() = "cannot make throwaway keys";
    return nullptr;
  }
  for (int attempt = 0; attempt < launch_attempts; ++attempt) {
    if (sshd->launch()) {
      return sshd;
    }
  }
  reason() = "sshd does not start: " + sshd->log();
  return nullptr;
}

bool
PrivateSshd::prepare()
{
  if (::getuid() == 0) {
    ::mkdir("/run/sshd", 0755); // sshd's own, absent where no service ever ran
  }
  std::string pattern = std::filesystem::temp_directory_path().string() + "/godwit-sshd-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) {
    return false;
  }
  m_folder = pattern;
  ::mkdir(home().c_str(), 0700);
  ::mkdir(ssh_folder().c_str(), 0700);
  const auto make_key = [](const std::string& path) {
    return run_program({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "godwit-test", "-f", path}) == 0;
  };
  return make_key(m_folder + "/host_key") && make_key(ssh_folder() + "/id_ed25519");
}

void
PrivateSshd::write_files()
{
  const std::string port = std::to_string(m_port);
  const std::string ssh = ssh_folder();
  write_file(m_folder + "/authorized_keys", read_all(ssh + "/id_ed25519.pub"));
  write_file(m_folder + "/sshd_config", "ListenAddress 127.0.0.1\nPort " + port + "\nHostKey " + m_folder +
                                            "/host_key\nAuthorizedKeysFile " + m_folder +
                                            "/authorized_keys\nPidFile none\nStrictModes no\nUsePAM no\n"
                                            "PasswordAuthentication no\nPermitRootLogin yes\n"
                                            "PrintMotd no\nMaxStartups 100\n");
  write_file(ssh + "/known_hosts", "[127.0.0.1]:" + port + " " + read_all(m_folder + "/host_key.pub"));
  write_file(ssh + "/config", "Host *\n  HostName 127.0.0.1\n  Port " + port + "\n  User " + user_name() +
                                  "\n  IdentityFile " + ssh + "/id_ed25519\n  IdentitiesOnly yes\n" +
                                  "  UserKnownHostsFile " + ssh + "/known_hosts\n" +
                                  "  StrictHostKeyChecking yes\n");
}

bool
PrivateSshd::launch()
{
  m_port = free_port();
  write_files();
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, 2, (m_folder + "/sshd.log").c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
  const std::vector<std::string> argv = {sshd_path, "-D", "-e", "-f", m_folder + "/sshd_config"};
  const int failure = ::posix_spawn(&m_pid, sshd_path, &actions, nullptr, pointers_to(argv).data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) {
    m_pid = -1;
    return false;
  }
  if (answers()) {
    return true;
  }
  ::kill(m_pid, SIGTERM);
  ::waitpid(m_pid, nullptr, 0);
  m_pid = -1;
  return false;
}

// Polls until sshd accepts; false if it ended or never did.
bool
PrivateSshd::answers() const
{
  for (int waited_ms = 0; waited_ms < answer_ms; waited_ms += 10) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(m_port);
    const bool is_open = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    siginfo_t ended{};
    ::waitid(P_PID, static_cast<id_t>(m_pid), &ended, WEXITED | WNOHANG | WNOWAIT);
    if (ended.si_pid != 0) {
      return false;
    }
    if (is_open) {
      return true;
    }
    ::poll(nullptr, 0, 10);
  }
  return false;
}

PrivateSshd::~PrivateSshd()
{
  if (m_pid > 0) {
    ::kill(m_pid, SIGTERM);
    ::waitpid(m_pid, nullptr, 0);
  }
  if (!m_folder.empty()) {
    std::error_code ignored;
    std::filesystem::remove_all(m_folder, ignored);
  }
}

std::string
PrivateSshd::log() const
{
  return read_all(m_folder + "/sshd.log");
}

} // namespace godwit::test
