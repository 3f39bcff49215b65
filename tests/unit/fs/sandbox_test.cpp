#include "godwit/fs/sandbox_linux.hpp"

#include <array>
#include <cerrno>
#include <thread>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "godwit/fs/metadata.hpp"
#include "godwit/fs/names.hpp"
#include "godwit/fs/node.hpp"
#include "godwit/fs/staged_file.hpp"
#include "support/temp_tree.hpp"
#include "support/walk_log.hpp"

using namespace godwit;
using fs::Access;
using fs::Dir;
using fs::SandboxLevel;
using test::TempTree;

namespace {

bool
fails_with(long result, int error)
{
  return result == -1 && errno == error;
}

bool
is_confined(const TempTree& tree, Access access, bool reads_everywhere = false)
{
  const Dir root = *Dir::open_operand(tree.root());
  const fs::SandboxRoot confined{root.fd(), access};
  const auto sandbox = fs::enter_sandbox({{&confined, 1}, reads_everywhere});
  return sandbox && sandbox->level == SandboxLevel::full;
}

// Can this machine do it all?
bool
can_confine(const TempTree& tree)
{
  return test::in_child([&] { return is_confined(tree, Access::read_write) ? 0 : 1; }) == 0;
}

// Each returns the number of the first promise that is broken.
int
check_inside(const TempTree& tree)
{
  const Dir root = *Dir::open_operand(tree.root());
  fs::Metadata wanted;
  wanted.mode = 0640;
  wanted.mtime = model::Time{5, 6};
  for (const fs::Placing placing : {fs::Placing::link, fs::Placing::rename}) {
    auto file = fs::StagedFile::create(root, "new", wanted, placing);
    if (!file || !file->append(as_bytes("x")) || !file->commit()) {
      return 1;
    }
  }
  model::Entry fifo;
  fifo.type = model::Type::fifo;
  if (!fs::make_node(root, "fifo", fifo, wanted, fs::Replace::no)) {
    return 2;
  }
  model::Entry link;
  link.type = model::Type::symlink;
  link.set_target("/etc/passwd");
  if (!fs::make_node(root, "link", link, wanted, fs::Replace::yes)) {
    return 3;
  }
  const Dir folder = *root.open_folder("folder");
  if (!root.rename("new", folder, "moved") || !folder.link("moved", root, "again")) {
    return 4;
  }
  wanted.mode = 0750;
  if (!fs::set_metadata(folder, wanted) || !folder.unlink("moved")) {
    return 5;
  }
  int seen = 0;
  std::thread([&] {
    test::WalkLog log;
    log.run(tree);
    seen = static_cast<int>(log.lines.size());
  }).join();
  return seen == 5 ? 0 : 6;
}

int
check_outside(const std::string& secret, bool has_fchmodat2)
{
  const char* path = secret.c_str();
  const timespec times[2] = {};
  if (!fails_with(::open(path, O_RDONLY), EACCES) || !fails_with(::open(path, O_WRONLY | O_TRUNC), EACCES)) {
    return 11;
  }
  if (!fails_with(::open((secret + "2").c_str(), O_CREAT | O_WRONLY, 0600), EACCES) ||
      !fails_with(::unlink(path), EACCES)) {
    return 12;
  }
  if (!fails_with(::chmod(path, 0777), EPERM)) {
    return 13;
  }
  // It stays open where the kernel has no other way.
  if (has_fchmodat2 && !fails_with(::fchmodat(AT_FDCWD, path, 0777, 0), EPERM)) {
    return 18;
  }
  if (!fails_with(::utimensat(AT_FDCWD, path, times, 0), EPERM) || !fails_with(::chown(path, 1, 1), EPERM)) {
    return 14;
  }
  if (!fails_with(::fchownat(AT_FDCWD, path, 1, 1, AT_SYMLINK_NOFOLLOW), EPERM) ||
      !fails_with(::lchown(path, 1, 1), EPERM)) {
    return 15;
  }
  // An empty string of another address than ours, too.
  const char other[1] = {'\0'};
  if (!fails_with(::fchownat(0, other, 1, 1, AT_EMPTY_PATH), EPERM)) {
    return 16;
  }
  if (!fails_with(::syscall(452, AT_FDCWD, path, 0777, 0), EPERM)) {
    return 17;
  }
  return 0;
}

int
check_calls()
{
  char program[] = "/bin/true";
  char* const arguments[] = {program, nullptr};
  if (!fails_with(::execv(program, arguments), EPERM)) {
    return 21;
  }
  if (!fails_with(::socket(AF_INET, SOCK_STREAM, 0), EPERM) || !fails_with(::kill(::getppid(), 0), EPERM)) {
    return 22;
  }
  std::array<char, 128> parameters{};
  if (!fails_with(::syscall(SYS_io_uring_setup, 4, parameters.data()), EPERM)) {
    return 23;
  }
  return 0;
}

} // namespace

TEST_CASE("enter_sandbox leaves a root open and shuts what is outside")
{
  TempTree outside;
  outside.file("secret", "x");
  TempTree probe;
  if (!can_confine(probe)) {
    MESSAGE("skipped: this kernel has no Landlock or no call filter");
    return;
  }
  const bool has_fchmodat2 = ::syscall(452, -1, "", 0, AT_EMPTY_PATH) == -1 && errno == EBADF;
  const auto body = [&](const TempTree& tree) {
    if (!is_confined(tree, Access::read_write)) {
      return 100;
    }
    const int inside = check_inside(tree);
    const int beyond = inside != 0 ? inside : check_outside(outside.path("secret"), has_fchmodat2);
    return beyond != 0 ? beyond : check_calls();
  };
  outside.mode("", 0777);
  outside.mode("secret", 0666);
  TempTree mine;
  mine.folder("folder");
  CHECK(test::in_child([&] { return body(mine); }) == 0);
  TempTree theirs;
  theirs.folder("folder");
  REQUIRE((::geteuid() != 0 || ::chown(theirs.root().c_str(), test::nobody, test::nobody) == 0));
  REQUIRE((::geteuid() != 0 || ::chown(theirs.path("folder").c_str(), test::nobody, test::nobody) == 0));
  CHECK(test::as_nobody([&] { return body(theirs); }) == 0);
  CHECK(outside.read("secret") == "x");
}

TEST_CASE("enter_sandbox can leave a root open for reading only, or all of the machine")
{
  TempTree tree;
  tree.file("in", "x");
  TempTree outside;
  outside.file("secret", "x");
  if (!can_confine(tree)) {
    MESSAGE("skipped: this kernel has no Landlock or no call filter");
    return;
  }
  const auto reads = [](const std::string& path) {
    return ::open(path.c_str(), O_RDONLY) != -1;
  };
  const auto writes = [](const std::string& path) {
    return ::open(path.c_str(), O_WRONLY) != -1;
  };
  CHECK(test::in_child([&] {
          const bool confined = is_confined(tree, Access::read_only);
          return confined && reads(tree.path("in")) && !writes(tree.path("in")) &&
                         !reads(outside.path("secret"))
                     ? 0
                     : 1;
        }) == 0);
  CHECK(test::in_child([&] {
          const bool confined = is_confined(tree, Access::read_only, true);
          return confined && reads(outside.path("secret")) && !writes(outside.path("secret")) ? 0 : 1;
        }) == 0);
}

TEST_CASE("enter_sandbox leaves one socket on which connections are accepted")
{
  TempTree tree;
  if (!can_confine(tree)) {
    MESSAGE("skipped: this kernel has no Landlock or no call filter");
    return;
  }
  const auto listening = [](const char* name) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string text = name + std::to_string(::getpid()); // abstract: the first byte stays 0
    std::copy(text.begin(), text.end(), address.sun_path + 1);
    const bool is_bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    return is_bound && ::listen(fd, 1) == 0 ? fd : -1;
  };
  CHECK(test::in_child([&] {
          const int one = listening("godwit-test-one");
          const int other = listening("godwit-test-other");
          const Dir root = *Dir::open_operand(tree.root());
          const fs::SandboxRoot confined{root.fd(), Access::read_only};
          if (one == -1 || other == -1 || !fs::enter_sandbox({{&confined, 1}, false, one})) {
            return 1;
          }
          const bool accepts = fails_with(::accept4(one, nullptr, nullptr, 0), EAGAIN);
          return accepts && fails_with(::accept4(other, nullptr, nullptr, 0), EPERM) ? 0 : 2;
        }) == 0);
}

TEST_CASE("enter_sandbox takes a file as a root")
{
  TempTree tree;
  tree.file("in", "x");
  CHECK(test::in_child([&] {
          const int fd = ::open(tree.path("in").c_str(), O_PATH);
          const fs::SandboxRoot root{fd, Access::read_write};
          const auto sandbox = fs::enter_sandbox({{&root, 1}, false});
          return sandbox && ::open(tree.path("in").c_str(), O_RDWR) != -1 ? 0 : 1;
        }) == 0);
}

TEST_CASE("names are still known after confinement when a helper was forked before")
{
  TempTree tree;
  CHECK(test::in_child([&] {
          auto names = fs::make_forked_names();
          if (!names || !is_confined(tree, Access::read_only)) {
            return names ? 0 : 1; // cannot be confined: nothing to show
          }
          if ((*names)->user_name(0) != "root" || (*names)->uid_of("root") != 0U) {
            return 2;
          }
          return (*names)->gid_of("no such group") || (*names)->home_of("root").value_or("").empty() ? 3 : 0;
        }) == 0);
}
