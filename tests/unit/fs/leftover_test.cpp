#include "godwit/fs/leftover.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "godwit/fs/staged_name.hpp"
#include "support/temp_tree.hpp"

using namespace godwit;
using namespace godwit::test;

TEST_CASE("a staged file that nobody holds is removed, one that is locked stays")
{
  TempTree tree;
  auto dir = fs::Dir::open_operand(tree.root());
  REQUIRE(dir);
  const std::string left = fs::staged_name_for("a");
  const std::string held = fs::staged_name_for("b");
  tree.file(left, "half");
  tree.file(held, "half");
  const auto lock = dir->open_file(held, O_RDONLY);
  REQUIRE(lock);
  REQUIRE(::flock(lock->get(), LOCK_EX | LOCK_NB) == 0);
  CHECK(fs::remove_leftover(*dir, left));
  CHECK(fs::remove_leftover(*dir, held));
  CHECK_FALSE(dir->stat(left));
  CHECK(dir->stat(held));
}

namespace {

void
set_time(const TempTree& tree, const std::string& name, time_t seconds)
{
  const timespec times[2] = {{seconds, 1}, {seconds, 1}};
  REQUIRE(::utimensat(AT_FDCWD, tree.path(name).c_str(), times, 0) == 0);
}

} // namespace

TEST_CASE("a staged folder that nobody holds is removed with all that is in it, and nothing it links to")
{
  TempTree tree;
  auto dir = fs::Dir::open_operand(tree.root());
  const std::string left = fs::staged_name_for("a");
  tree.file("elsewhere/kept", "x");
  tree.file(left + "/f", "x");
  tree.file(left + "/sub/sub/f", "x");
  tree.link(left + "/l", tree.path("elsewhere"));
  CHECK(fs::remove_leftover(*dir, left));
  CHECK(tree.names() == std::set<std::string>{"elsewhere"});
  CHECK(tree.read("elsewhere/kept") == "x");
}

TEST_CASE("a staged folder is adopted with its finished files, the others go")
{
  TempTree tree;
  auto dir = fs::Dir::open_operand(tree.root());
  const std::string left = fs::staged_name_for("a");
  tree.file(left + "/done", "whole");
  set_time(tree, left + "/done", 1'500'000'000);
  tree.file(left + "/half", "ha");
  tree.link(left + "/l", "done");
  CHECK(fs::adopt_leftover(*dir, left));
  CHECK(tree.names() == std::set<std::string>{"a"});
  CHECK(tree.names("a") == std::set<std::string>{"done", "l"});
}

TEST_CASE("a staged folder is not adopted that is held, of another boot, or whose name is taken")
{
  TempTree tree;
  auto dir = fs::Dir::open_operand(tree.root());
  const std::string held = fs::staged_name_for("a");
  const std::string taken = fs::staged_name_for("b");
  std::string old = fs::staged_name_for("c");
  old[8] = old[8] == '0' ? '1' : '0';
  for (const std::string& name : {held, taken, old}) {
    tree.file(name + "/half", "x");
  }
  tree.file("b", "in the way");
  const auto folder = dir->open_readable_folder(held, held);
  REQUIRE(folder);
  REQUIRE(::flock(folder->fd(), LOCK_EX | LOCK_NB) == 0);
  for (const std::string& name : {held, taken, old}) {
    CHECK_FALSE(fs::adopt_leftover(*dir, name));
    CHECK(tree.read(name + "/half") == "x");
  }
  CHECK(fs::remove_leftover(*dir, held));
  CHECK(tree.has(held));
}
