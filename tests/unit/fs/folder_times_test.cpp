#include "godwit/fs/folder_times.hpp"

#include <fcntl.h>

#include <doctest/doctest.h>

#include "support/temp_tree.hpp"
#include "support/walk_log.hpp"

using namespace godwit;
using fs::Dir;
using fs::FolderTimes;
using test::path;
using test::TempTree;

namespace {

void
set_mtime(const TempTree& tree, std::string_view relative, time_t seconds)
{
  const timespec times[2] = {{0, UTIME_OMIT}, {seconds, 7}};
  REQUIRE(::utimensat(AT_FDCWD, tree.path(relative).c_str(), times, 0) == 0);
}

void
never_failed(const model::RelPath& at, Error error)
{
  FAIL(at.str(), ": ", error.text);
}

} // namespace

TEST_CASE("FolderTimes puts back the time of a folder that was changed inside")
{
  TempTree tree;
  tree.folder("a/b");
  set_mtime(tree, "a/b", 100);
  set_mtime(tree, "a", 200);
  const Dir root = *Dir::open_operand(tree.root());
  FolderTimes times;
  REQUIRE(times.note(path("a"), *root.open_folder(path("a"))));
  REQUIRE(times.note(path("a/b"), *root.open_folder(path("a/b"))));
  tree.file("a/f");
  tree.file("a/b/f");
  REQUIRE(times.note(path("a"), *root.open_folder(path("a")))); // once is enough
  times.finish(root, never_failed);
  CHECK(tree.stat("a").st_mtim.tv_sec == 200);
  CHECK(tree.stat("a/b").st_mtim.tv_sec == 100);
  CHECK(tree.stat("a/b").st_mtim.tv_nsec == 7);
}

TEST_CASE("FolderTimes gives what was asked for instead, in either order")
{
  for (const bool asked_first : {true, false}) {
    TempTree tree;
    tree.folder("a");
    const Dir root = *Dir::open_operand(tree.root());
    FolderTimes times;
    fs::Metadata wanted;
    wanted.mode = 0510;
    wanted.mtime = model::Time{300, 1};
    if (asked_first) {
      times.want(path("a"), wanted);
    }
    REQUIRE(times.note(path("a"), *root.open_folder("a")));
    if (!asked_first) {
      times.want(path("a"), wanted);
    }
    tree.file("a/f");
    times.finish(root, never_failed);
    CHECK(tree.stat("a").st_mtim.tv_sec == 300);
    CHECK((tree.stat("a").st_mode & 07777) == 0510);
  }
}

TEST_CASE("FolderTimes opens a folder of its own that may not be written, and closes it again")
{
  TempTree tree;
  tree.mode("", 0777);
  const int failed = test::as_nobody([&] {
    const auto root = Dir::open_operand(tree.root());
    if (!root->make_folder("a", 0555)) {
      return 1;
    }
    const Dir folder = *root->open_folder("a");
    FolderTimes times;
    if (!times.note(path("a"), folder) || !folder.make_folder("b", 0755)) {
      return 2;
    }
    int errors = 0;
    times.finish(*root, [&](const model::RelPath&, Error) { ++errors; });
    return errors == 0 ? 0 : 3;
  });
  CHECK(failed == 0);
  CHECK((tree.stat("a").st_mode & 07777) == 0555);
}

TEST_CASE("FolderTimes passes over folders that are gone")
{
  TempTree tree;
  tree.folder("a/b");
  tree.folder("a-b");
  set_mtime(tree, "a-b", 100);
  const Dir root = *Dir::open_operand(tree.root());
  FolderTimes times;
  for (const char* name : {"a", "a/b", "a-b"}) {
    REQUIRE(times.note(path(name), *root.open_folder(path(name))));
  }
  std::filesystem::remove_all(tree.path("a"));
  times.forget(path("a/b"));
  tree.file("a-b/f");
  times.finish(root, never_failed);
  CHECK(tree.stat("a-b").st_mtim.tv_sec == 100);
}
