#include "godwit/fs/staged_file.hpp"

#include <cerrno>

#include <fcntl.h>

#include <doctest/doctest.h>

#include "godwit/fs/node.hpp"
#include "godwit/fs/staged_name.hpp"
#include "support/temp_tree.hpp"

using namespace godwit;
using fs::Dir;
using fs::Metadata;
using fs::Placing;
using fs::StagedFile;
using test::TempTree;

namespace {

constexpr Placing every_placing[] = {Placing::link, Placing::rename, Placing::direct};

struct Umask {
  Umask() : before(::umask(0)) {}
  ~Umask() { ::umask(before); }
  mode_t before;
};

Metadata
plain(std::uint32_t mode = 0644)
{
  Metadata wanted;
  wanted.mode = mode;
  wanted.mtime = model::Time{1000000000, 123456789};
  return wanted;
}

Dir
root_of(const TempTree& tree)
{
  return *Dir::open_operand(tree.root());
}

} // namespace

TEST_CASE("StagedFile puts a file in place with its content, mode and time")
{
  const Umask umask;
  for (const Placing placing : every_placing) {
    for (const std::uint32_t mode : {0644U, 0600U, 0444U, 0000U, 0777U, 04755U, 02711U, 01644U}) {
      TempTree tree;
      auto file = StagedFile::create(root_of(tree), "a", plain(mode), placing);
      REQUIRE(file);
      REQUIRE(file->append(as_bytes("hello ")));
      REQUIRE(file->append(as_bytes("world")));
      REQUIRE(file->commit());
      CHECK((tree.stat("a").st_mode & 07777) == mode);
      CHECK(tree.stat("a").st_mtim.tv_sec == 1000000000);
      CHECK(tree.stat("a").st_mtim.tv_nsec == 123456789);
      CHECK(tree.names().size() == 1);
      tree.mode("a", 0600);
      CHECK(tree.read("a") == "hello world");
    }
  }
}

TEST_CASE("StagedFile gives the file to its owner, and keeps set-id bits then")
{
  const Umask umask;
  if (::geteuid() != 0) {
    MESSAGE("skipped: not root");
    return;
  }
  for (const Placing placing : every_placing) {
    TempTree tree;
    const Dir root = root_of(tree);
    for (const char* name : {"a", "b"}) { // the second knows whom new files belong to
      Metadata wanted = plain(06755);
      wanted.uid = 1234;
      wanted.gid = 2345;
      REQUIRE(StagedFile::create(root, name, wanted, placing)->commit());
      CHECK(tree.stat(name).st_uid == 1234);
      CHECK(tree.stat(name).st_gid == 2345);
      CHECK((tree.stat(name).st_mode & 07777) == 06755);
    }
  }
}

TEST_CASE("StagedFile sets the group in a set-gid folder each time")
{
  const Umask umask;
  if (::geteuid() != 0) {
    MESSAGE("skipped: not root");
    return;
  }
  TempTree tree;
  REQUIRE(::chown(tree.root().c_str(), 0, 4321) == 0);
  tree.mode("", 02755);
  const Dir root = root_of(tree);
  for (const char* name : {"a", "b"}) {
    Metadata wanted = plain();
    wanted.gid = 0;
    REQUIRE(StagedFile::create(root, name, wanted, Placing::link)->commit());
    CHECK(tree.stat(name).st_gid == 0);
  }
}

TEST_CASE("StagedFile gives exact modes under a default ACL")
{
  const Umask umask;
  TempTree tree;
  const std::string command =
      "setfacl -d -m u::rwx,g::r-x,o::---,u:nobody:rwx '" + tree.root() + "' 2>/dev/null";
  if (std::system(command.c_str()) != 0) {
    MESSAGE("skipped: no setfacl, or a file system without ACLs");
    return;
  }
  for (const Placing placing : every_placing) {
    const std::string name = "f" + std::to_string(static_cast<int>(placing));
    REQUIRE(StagedFile::create(root_of(tree), name, plain(0644), placing)->commit());
    CHECK((tree.stat(name).st_mode & 07777) == 0644);
  }
}

TEST_CASE("StagedFile leaves nothing behind when it is not committed")
{
  TempTree tree;
  for (const Placing placing : every_placing) {
    auto file = StagedFile::create(root_of(tree), "a", plain(), placing);
    REQUIRE(file);
    REQUIRE(file->append(as_bytes("half")));
    auto moved = *std::move(file);
    REQUIRE(moved.append(as_bytes("more")));
  }
  CHECK(tree.names().empty());
}

TEST_CASE("StagedFile cannot be opened by others before it is whole")
{
  const Umask umask;
  TempTree tree;
  auto file = StagedFile::create(root_of(tree), "a", plain(0666), Placing::rename);
  REQUIRE(tree.names().size() == 1);
  const std::string name = *tree.names().begin();
  CHECK(fs::is_staged_name(name));
  CHECK(fs::target_of_staged(name) == "a");
  CHECK((tree.stat(name).st_mode & 07777) == 0600);
}

TEST_CASE("StagedFile replaces what took its name meanwhile")
{
  TempTree tree;
  auto file = StagedFile::create(root_of(tree), "a", plain(), Placing::link);
  REQUIRE(file->append(as_bytes("new")));
  tree.file("a", "raced");
  REQUIRE(file->commit());
  CHECK(tree.read("a") == "new");
  CHECK(tree.names().size() == 1);
}

TEST_CASE("StagedFile replaces a link, never what it leads to")
{
  for (const Placing placing : {Placing::link, Placing::rename}) {
    TempTree tree;
    tree.file("target", "old");
    tree.link("a", "target");
    auto file = StagedFile::create(root_of(tree), "a", plain(), placing);
    REQUIRE(file->append(as_bytes("new")));
    REQUIRE(file->commit());
    CHECK(tree.read("target") == "old");
    CHECK(S_ISREG(tree.stat("a").st_mode));
  }
}

TEST_CASE("StagedFile waits where a folder is in its way")
{
  for (const Placing placing : {Placing::link, Placing::rename}) {
    TempTree tree;
    tree.folder("a/b");
    auto file = StagedFile::create(root_of(tree), "a", plain(), placing);
    REQUIRE(file->append(as_bytes("new")));
    REQUIRE(file->finish());
    const auto refused = file->publish();
    REQUIRE(!refused);
    CHECK(fs::is_in_way(refused.error()));
    std::filesystem::remove_all(tree.path("a"));
    REQUIRE(file->publish());
    CHECK(tree.read("a") == "new");
    CHECK(tree.names().size() == 1);
  }
}

TEST_CASE("StagedFile takes names of 255 bytes and refuses those of its own form")
{
  TempTree tree;
  const std::string longest(255, 'x');
  for (const Placing placing : {Placing::link, Placing::rename, Placing::rename}) {
    REQUIRE(StagedFile::create(root_of(tree), longest, plain(), placing)->commit());
  }
  CHECK(tree.names() == std::set<std::string>{longest});
  const auto refused = StagedFile::create(root_of(tree), fs::staged_name_for("a"), plain(), Placing::link);
  REQUIRE(!refused);
  CHECK(refused.error().kind == ErrorKind::unsupported);
  CHECK(fs::target_of_staged(fs::staged_name_for(longest)).empty());
}

TEST_CASE("StagedFile keeps holes, and makes them of zeros where it is told to")
{
  TempTree tree;
  const Bytes zeros(1U << 20U, std::byte{0});
  auto file = StagedFile::create(root_of(tree), "a", plain(), Placing::rename);
  REQUIRE(file->prepare({.makes_holes = true}));
  REQUIRE(file->append(as_bytes("head")));
  REQUIRE(file->append(zeros));
  REQUIRE(file->append(as_bytes("tail")));
  REQUIRE(file->skip(1U << 20U));
  Bytes back(16);
  CHECK(*file->read_at(file->size() - 8, back) == 8);
  CHECK(back[0] == std::byte{0});
  REQUIRE(file->commit());
  const auto stat = tree.stat("a");
  CHECK(stat.st_size == 8 + (2 << 20));
  CHECK(stat.st_blocks * 512 <= 16384);
  CHECK(tree.read("a") == "head" + std::string(1U << 20U, '\0') + "tail" + std::string(1U << 20U, '\0'));
}

TEST_CASE("StagedFile reads back what was written")
{
  TempTree tree;
  auto file = StagedFile::create(root_of(tree), "a", plain(), Placing::link);
  REQUIRE(file->write_at(3, as_bytes("def")));
  REQUIRE(file->write_at(0, as_bytes("abc")));
  Bytes back(10);
  REQUIRE(*file->read_at(0, back) == 6);
  CHECK(as_text(ByteView(back).first(6)) == "abcdef");
}

TEST_CASE("StagedFile is kept as partial under another name")
{
  for (const Placing placing : {Placing::link, Placing::rename}) {
    TempTree tree;
    tree.file("partial/a", "older");
    const Dir root = root_of(tree);
    auto file = StagedFile::create(root, "a", plain(), placing);
    REQUIRE(file->append(as_bytes("half")));
    REQUIRE(file->keep_as_partial(*root.open_folder("partial"), "a"));
    CHECK(tree.read("partial/a") == "half");
    CHECK((tree.stat("partial/a").st_mode & 07777) == 0600);
    CHECK(tree.names() == std::set<std::string>{"partial"});
  }
}

TEST_CASE("StagedFile kept as partial moves to another file system")
{
  struct stat shm{};
  TempTree tree;
  if (::stat("/dev/shm", &shm) != 0 || shm.st_dev == tree.stat("").st_dev) {
    MESSAGE("skipped: no second file system");
    return;
  }
  ::setenv("TMPDIR", "/dev/shm", 1);
  TempTree other;
  ::unsetenv("TMPDIR");
  auto file = StagedFile::create(root_of(tree), "a", plain(), Placing::link);
  REQUIRE(file->append(as_bytes("half")));
  REQUIRE(file->keep_as_partial(root_of(other), "p"));
  CHECK(other.read("p") == "half");
  CHECK(tree.names().empty());
}

TEST_CASE("StagedFile links without /proc's help or with it")
{
  // As an unprivileged user older kernels refuse the empty path.
  TempTree tree;
  tree.mode("", 0777);
  const int failed = test::as_nobody([&] {
    const auto root = Dir::open_operand(tree.root());
    auto file = StagedFile::create(*root, "a", plain(), Placing::link);
    return file && file->append(as_bytes("x")) && file->commit() ? 0 : 1;
  });
  CHECK(failed == 0);
  CHECK(tree.read("a") == "x");
}

TEST_CASE("StagedFile in place overwrites what stands there, and ends where its content ends")
{
  const Umask umask;
  TempTree tree;
  tree.file("a", std::string(10000, 'o'));
  const auto before = tree.stat("a").st_ino;
  auto file = StagedFile::create(root_of(tree), "a", plain(0640), Placing::in_place);
  REQUIRE(file);
  REQUIRE(file->is_in_place());
  CHECK(file->old_size() == 10000);
  REQUIRE(file->append(as_bytes("new")));
  file->keep(4000);
  REQUIRE(file->append(as_bytes("end")));
  REQUIRE(file->commit());
  CHECK(tree.read("a") == "new" + std::string(4000, 'o') + "end");
  CHECK(tree.stat("a").st_ino == before);
  CHECK((tree.stat("a").st_mode & 07777) == 0640);
  CHECK(tree.stat("a").st_mtim.tv_sec == 1000000000);
}

TEST_CASE("StagedFile in place makes what is missing, and leaves what it got when it is not committed")
{
  const Umask umask;
  TempTree tree;
  {
    auto file = StagedFile::create(root_of(tree), "a", plain(), Placing::in_place);
    REQUIRE(file);
    REQUIRE(file->append(as_bytes("half")));
  }
  CHECK(tree.read("a") == "half");
  CHECK((tree.stat("a").st_mode & 07777) == 0600);
}

TEST_CASE("StagedFile in place replaces what is no regular file, without opening it")
{
  const Umask umask;
  TempTree tree;
  tree.file("outside", "stays");
  tree.link("a", "outside");
  REQUIRE(::mkfifo(tree.path("b").c_str(), 0600) == 0);
  for (const char* name : {"a", "b"}) {
    auto file = StagedFile::create(root_of(tree), name, plain(), Placing::in_place);
    REQUIRE(file);
    CHECK(!file->is_in_place());
    REQUIRE(file->append(as_bytes("new")));
    REQUIRE(file->commit());
    CHECK(tree.read(name) == "new");
  }
  CHECK(tree.read("outside") == "stays");
}

TEST_CASE("StagedFile in place clears what zeros replace, by holes where they are asked for")
{
  for (const bool makes_holes : {false, true}) {
    TempTree tree;
    tree.file("a", std::string(1U << 20U, 'o'));
    auto file = StagedFile::create(root_of(tree), "a", plain(), Placing::in_place);
    REQUIRE(file);
    REQUIRE(file->prepare({.makes_holes = makes_holes}));
    REQUIRE(file->append(as_bytes("new")));
    REQUIRE(file->skip(600000));
    REQUIRE(file->append(std::vector<std::byte>(1U << 20U)));
    REQUIRE(file->commit());
    CHECK(tree.read("a") == "new" + std::string(600000 + (1U << 20U), '\0'));
  }
}
