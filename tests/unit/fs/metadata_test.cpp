#include "godwit/fs/metadata.hpp"

#include <cerrno>

#include <sys/sysmacros.h>

#include <doctest/doctest.h>

#include "godwit/fs/node.hpp"
#include "support/temp_tree.hpp"

using namespace godwit;
using fs::Dir;
using fs::Metadata;
using fs::Replace;
using model::Entry;
using model::Type;
using test::TempTree;

namespace {

Metadata
wanted(std::uint32_t mode)
{
  Metadata metadata;
  metadata.mode = mode;
  metadata.mtime = model::Time{-5, 999};
  return metadata;
}

Entry
entry_of(Type type)
{
  Entry entry;
  entry.type = type;
  entry.set_target("to");
  entry.set_device(makedev(1, 3));
  return entry;
}

} // namespace

TEST_CASE("set_metadata sets mode and time of every type, and of links only the time")
{
  TempTree tree;
  const Dir root = *Dir::open_operand(tree.root());
  tree.file("regular");
  tree.folder("folder");
  tree.link("link", "regular");
  REQUIRE(::mkfifo(tree.path("fifo").c_str(), 0600) == 0);
  for (const char* name : {"link", "regular", "folder", "fifo"}) {
    REQUIRE(fs::set_metadata(root, name, wanted(01751)));
    CHECK(tree.stat(name).st_mtim.tv_sec == -5);
    CHECK(tree.stat(name).st_mtim.tv_nsec == 999);
    CHECK((tree.stat(name).st_mode & 07777) == (std::string_view(name) == "link" ? 0777 : 01751));
  }
}

TEST_CASE("set_metadata leaves alone what is not set")
{
  TempTree tree;
  tree.file("a");
  tree.mode("a", 0640);
  const auto before = tree.stat("a");
  REQUIRE(fs::set_metadata(*Dir::open_operand(tree.root()), "a", {}));
  const auto after = tree.stat("a");
  CHECK(before.st_ctim.tv_nsec == after.st_ctim.tv_nsec);
  CHECK((after.st_mode & 07777) == 0640);
}

TEST_CASE("set_metadata changes a file that cannot be opened")
{
  TempTree tree;
  tree.mode("", 0777);
  const int failed = test::as_nobody([&] {
    const auto root = Dir::open_operand(tree.root());
    if (::mknod(tree.path("a").c_str(), S_IFREG | 0000, 0) != 0) {
      return 1;
    }
    return fs::set_metadata(*root, "a", wanted(0440)) ? 0 : 2;
  });
  CHECK(failed == 0);
  CHECK((tree.stat("a").st_mode & 07777) == 0440);
}

TEST_CASE("set_metadata keeps set-id bits when the owner changes")
{
  if (::geteuid() != 0) {
    MESSAGE("skipped: not root");
    return;
  }
  TempTree tree;
  tree.file("a");
  tree.mode("a", 06755);
  Metadata metadata = wanted(06755);
  metadata.uid = 77;
  REQUIRE(fs::set_metadata(*Dir::open_operand(tree.root()), "a", metadata));
  CHECK(tree.stat("a").st_uid == 77);
  CHECK((tree.stat("a").st_mode & 07777) == 06755);
}

TEST_CASE("set_metadata fails on an owner who may not be set, unless told otherwise")
{
  TempTree tree;
  tree.mode("", 0777);
  const int failed = test::as_nobody([&] {
    const auto root = Dir::open_operand(tree.root());
    if (::mknod(tree.path("a").c_str(), S_IFREG | 0600, 0) != 0) {
      return 1;
    }
    Metadata metadata = wanted(0644);
    metadata.uid = 1;
    const auto refused = fs::set_metadata(*root, "a", metadata);
    if (refused || refused.error().errno_value != EPERM) {
      return 2;
    }
    metadata.is_owner_optional = true;
    return fs::set_metadata(*root, "a", metadata) ? 0 : 3;
  });
  CHECK(failed == 0);
  CHECK((tree.stat("a").st_mode & 07777) == 0644);
}

TEST_CASE("make_node makes folders, links, fifos and sockets")
{
  TempTree tree;
  const Dir root = *Dir::open_operand(tree.root());
  for (const Type type : {Type::folder, Type::symlink, Type::fifo, Type::socket}) {
    const std::string name = "n" + std::to_string(static_cast<int>(type));
    REQUIRE(fs::make_node(root, name, entry_of(type), wanted(0751), Replace::no));
    const auto made = root.stat(name);
    REQUIRE(made);
    CHECK(made->type == type);
    CHECK(made->mtime == model::Time{-5, 999});
    CHECK(made->mode == (type == Type::symlink ? 0777U : 0751U));
  }
  CHECK(*root.read_link("n2") == "to");
}

TEST_CASE("make_node makes devices as root")
{
  TempTree tree;
  const Dir root = *Dir::open_operand(tree.root());
  const auto made = fs::make_node(root, "null", entry_of(Type::char_device), wanted(0620), Replace::no);
  if (!made && made.error().errno_value == EPERM) {
    MESSAGE("skipped: may not make devices");
    return;
  }
  CHECK(tree.stat("null").st_rdev == makedev(1, 3));
}

TEST_CASE("make_node takes a name only where it may")
{
  TempTree tree;
  const Dir root = *Dir::open_operand(tree.root());
  tree.file("file", "x");
  tree.folder("folder/x");
  CHECK(fs::make_node(root, "file", entry_of(Type::symlink), {}, Replace::no).error().errno_value == EEXIST);
  CHECK(fs::make_node(root, "file", entry_of(Type::symlink), {}, Replace::yes));
  CHECK(tree.stat("file").st_size == 2);
  CHECK(fs::is_in_way(fs::make_node(root, "folder", entry_of(Type::fifo), {}, Replace::yes).error()));
  CHECK(fs::is_in_way(fs::make_node(root, "folder", entry_of(Type::fifo), {}, Replace::no).error()));
  CHECK(fs::make_node(root, "file", entry_of(Type::folder), wanted(0755), Replace::yes));
  CHECK(tree.names() == std::set<std::string>{"file", "folder"});
}
