#include "godwit/fs/clone.hpp"

#include <algorithm>

#include <fcntl.h>
#include <sys/statvfs.h>

#include <doctest/doctest.h>

#include "godwit/fs/fd.hpp"
#include "godwit/fs/file_reader.hpp"
#include "godwit/fs/staged_rebuild.hpp"
#include "support/file_system.hpp"
#include "support/temp_tree.hpp"

using namespace godwit;
using fs::Fd;
using test::TempTree;
using test::with_file_system;

namespace {

Fd
open_file(const std::string& path, int flags)
{
  Fd file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
  REQUIRE(file);
  return file;
}

fs::Copied
copy(const std::string& from, const std::string& to)
{
  const Fd source = open_file(from, O_RDONLY);
  const Fd dest = open_file(to, O_RDWR | O_CREAT | O_EXCL);
  const auto copied = fs::copy_whole(source.get(), dest.get(), "'x'");
  REQUIRE(copied);
  return *copied;
}

std::string
pattern(std::size_t bytes)
{
  std::string text(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) {
    text[i] = static_cast<char>(i * 2654435761U >> 13U);
  }
  return text;
}

std::uint64_t
free_bytes(const std::string& mount)
{
  struct statvfs found{};
  REQUIRE(::statvfs(mount.c_str(), &found) == 0);
  return std::uint64_t{found.f_bavail} * found.f_frsize;
}

} // namespace

TEST_CASE("copy_whole copies files of any size")
{
  TempTree tree;
  for (const std::size_t size : {0U, 1U, 4096U, 1048577U, 3000000U}) {
    const std::string content = pattern(size);
    tree.file("from", content);
    const auto copied = copy(tree.path("from"), tree.path("to"));
    CHECK(copied.bytes == size);
    CHECK(tree.read("to") == content);
    REQUIRE(::unlink(tree.path("to").c_str()) == 0);
  }
}

TEST_CASE("copy_whole keeps holes, also at the end")
{
  TempTree tree;
  {
    const Fd file = open_file(tree.path("from"), O_RDWR | O_CREAT);
    REQUIRE(::pwrite(file.get(), "head", 4, 0) == 4);
    REQUIRE(::pwrite(file.get(), "mid", 3, 8 << 20) == 3);
    REQUIRE(::ftruncate(file.get(), 16 << 20) == 0);
  }
  const auto copied = copy(tree.path("from"), tree.path("to"));
  CHECK(copied.bytes == 16U << 20U);
  CHECK(tree.read("to") == tree.read("from"));
  CHECK(tree.stat("to").st_blocks <= tree.stat("from").st_blocks + 8);
}

TEST_CASE("copy_whole reads files that say they are empty")
{
  TempTree tree;
  const auto copied = copy("/proc/self/status", tree.path("to"));
  CHECK(copied.bytes > 100);
  CHECK(tree.read("to").starts_with("Name:"));
}

TEST_CASE("copy_whole goes from one file system to another")
{
  TempTree tree;
  const std::string content = pattern(2500000);
  struct stat other{};
  if (::stat("/dev/shm", &other) != 0 || other.st_dev == tree.stat("").st_dev) {
    MESSAGE("skipped: no second file system");
    return;
  }
  ::setenv("TMPDIR", "/dev/shm", 1);
  TempTree shm;
  ::unsetenv("TMPDIR");
  shm.file("from", content);
  CHECK(copy(shm.path("from"), tree.path("to")).bytes == content.size());
  CHECK(tree.read("to") == content);
}

TEST_CASE("copy_whole stops when it is told to")
{
  TempTree tree;
  {
    const Fd file = open_file(tree.path("from"), O_RDWR | O_CREAT);
    REQUIRE(::posix_fallocate(file.get(), 0, 200 << 20) == 0);
  }
  const Fd source = open_file(tree.path("from"), O_RDONLY);
  const Fd dest = open_file(tree.path("to"), O_RDWR | O_CREAT);
  const auto stopped = fs::copy_whole(source.get(), dest.get(), "'x'", [](std::uint64_t) { return false; });
  if (stopped) {
    CHECK(stopped->way == fs::CopyWay::clone); // nothing to stop
  } else {
    CHECK(stopped.error().kind == ErrorKind::stopped);
  }
}

TEST_CASE("StagedRebuild lets the kernel copy, and writes what is left")
{
  TempTree tree;
  const std::string content = pattern(1U << 20U);
  tree.file("from", content);
  const auto root = fs::Dir::open_operand(tree.root());
  auto staged = fs::StagedFile::create(*root, "new", {}, fs::Placing::rename);
  REQUIRE(staged);
  const Fd basis = open_file(tree.path("from"), O_RDONLY);
  fs::StagedRebuild rebuild(*staged, basis.get());
  rebuild.let_kernel_copy();
  const ByteView bytes = as_bytes(content);
  REQUIRE(rebuild.share(8192, 100001) == 100001);
  REQUIRE(rebuild.share(77, 100) == 0); // too short
  REQUIRE(rebuild.copy(77, bytes.subspan(77, 100)));
  REQUIRE(rebuild.hole(5000));
  REQUIRE(rebuild.share(100, 70000) == 70000);
  REQUIRE(staged->commit());
  CHECK(tree.read("new") ==
        content.substr(8192, 100001) + content.substr(77, 100) + std::string(5000, '\0') + content.substr(100, 70000));
}

TEST_CASE("StagedRebuild shares whole blocks, and what is shared takes no room")
{
  with_file_system("mkfs.xfs -q -m reflink=1", [](const std::string& mount) {
    const std::string content = pattern(8U << 20U);
    std::ofstream(mount + "/from") << content;
    CHECK(std::system(("sync -f " + mount).c_str()) == 0);
    const std::uint64_t free_before = free_bytes(mount);
    const auto root = fs::Dir::open_operand(mount);
    auto staged = fs::StagedFile::create(*root, "new", {}, fs::Placing::rename);
    REQUIRE(staged);
    const Fd basis = open_file(mount + "/from", O_RDONLY);
    fs::StagedRebuild rebuild(*staged, basis.get());
    const ByteView bytes = as_bytes(content);
    REQUIRE(rebuild.literal(bytes.first(100)));
    CHECK(rebuild.share(100, bytes.size() - 100) == 0);
    REQUIRE(rebuild.copy(100, bytes.subspan(100, 3996)));
    REQUIRE(rebuild.share(4096, bytes.size() - 4096) == bytes.size() - 4096);
    Bytes back(bytes.size());
    CHECK(*rebuild.read_back(0, back) == back.size());
    CHECK(std::ranges::equal(back, bytes));
    REQUIRE(staged->commit());
    CHECK(std::system(("sync -f " + mount).c_str()) == 0);
    CHECK(free_before - std::min(free_before, free_bytes(mount)) < 1U << 20U);
  });
}

TEST_CASE("copy_whole shares blocks on btrfs and xfs, and StagedRebuild does with its basis")
{
  for (const char* make : {"mkfs.btrfs -q", "mkfs.xfs -q -m reflink=1"}) {
    with_file_system(make, [](const std::string& mount) {
      const std::string content = pattern(1U << 20U);
      std::ofstream(mount + "/from") << content;
      CHECK(copy(mount + "/from", mount + "/to").way == fs::CopyWay::clone);
      const auto root = fs::Dir::open_operand(mount);
      auto staged = fs::StagedFile::create(*root, "new", {}, fs::Placing::rename);
      REQUIRE(staged);
      const Fd basis = open_file(mount + "/from", O_RDONLY);
      fs::StagedRebuild rebuild(*staged, basis.get());
      const ByteView bytes = as_bytes(content);
      REQUIRE(rebuild.share(8192, 100001) == 98304);
      REQUIRE(rebuild.copy(106496, bytes.subspan(106496, 1697)));
      REQUIRE(rebuild.literal(as_bytes("literal")));
      REQUIRE(rebuild.share(0, 65536) == 0);
      REQUIRE(rebuild.copy(0, bytes.first(65536)));
      REQUIRE(staged->commit());
      std::ifstream in(mount + "/new", std::ios::binary);
      const std::string got{std::istreambuf_iterator<char>(in), {}};
      CHECK(got == content.substr(8192, 100001) + "literal" + content.substr(0, 65536));
    });
  }
}

TEST_CASE("FileReader reads at any offset, short at the end")
{
  TempTree tree;
  tree.file("a", "0123456789");
  fs::FileReader reader(open_file(tree.path("a"), O_RDONLY), "'a'");
  Bytes into(4);
  CHECK(*reader.read_at(3, into) == 4);
  CHECK(as_text(into) == "3456");
  CHECK(*reader.read_at(8, into) == 2);
  CHECK(*reader.read_at(80, into) == 0);
}
