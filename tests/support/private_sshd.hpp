#pragma once

#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

namespace godwit::test
{

// A real sshd of our own on a free port of 127.0.0.1, with throwaway keys, and
// a home whose .ssh holds what a client needs to log in as the current user.
// The destructor ends it and removes everything.
//
//   auto sshd = PrivateSshd::start();
//   if (!sshd) { MESSAGE("skipped: " << PrivateSshd::why_not()); return; }
//
// Hosts it answers to: 127.0.0.1, and the name `box` by way of the config.
class PrivateSshd
{
public:
  // Null where it cannot run; why_not() then tells the cause.
  static std::unique_ptr<PrivateSshd> start();
  static const std::string& why_not();
  ~PrivateSshd();
  PrivateSshd(const PrivateSshd&) = delete;
  PrivateSshd& operator=(const PrivateSshd&) = delete;

  int
  port() const
  {
    return m_port;
  }
  // Everything is below it; removed at the end.
  const std::string&
  folder() const
  {
    return m_folder;
  }
  // A HOME for programs that look there: .ssh/config, .ssh/known_hosts, .ssh/id_ed25519.
  std::string
  home() const
  {
    return m_folder + "/home";
  }
  std::string
  ssh_folder() const
  {
    return home() + "/.ssh";
  }
  // For -e: the system's ssh with that config.
  std::string
  rsh() const
  {
    return "ssh -F " + ssh_folder() + "/config";
  }
  // What sshd wrote.
  std::string log() const;

private:
  PrivateSshd() = default;
  bool prepare();
  void write_files();
  bool launch();
  bool answers() const;

  std::string m_folder;
  int m_port = 0;
  pid_t m_pid = -1;
};

// Runs a program to its end, its stdout dropped; its exit status, or -1.
int run_program(const std::vector<std::string>& argv);

} // namespace godwit::test
