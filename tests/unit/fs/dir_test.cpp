#include "godwit/fs/dir.hpp"

#include <cerrno>

#include <fcntl.h>

#include <doctest/doctest.h>

#include "godwit/fs/dir_cache.hpp"
#include "support/temp_tree.hpp"

using namespace godwit;
using fs::Dir;
using fs::Links;
using model::RelPath;
using test::TempTree;

namespace {

RelPath
path(std::string text)
{
  auto parsed = RelPath::parse(std::move(text));
  REQUIRE(parsed);
  return *parsed;
}

Dir
open_tree(const TempTree& tree, Links links = Links::refuse)
{
  auto dir = Dir::open_operand(tree.root(), links);
  REQUIRE(dir);
  return *dir;
}

} // namespace

TEST_CASE("Dir follows links in an operand, once")
{
  TempTree tree;
  tree.file("real/a", "x");
  tree.link("link", "real");
  const auto dir = Dir::open_operand(tree.path("link"));
  REQUIRE(dir);
  CHECK(dir->stat("a")->size == 1);
  CHECK(Dir::open_operand(tree.path("missing")).error().errno_value == ENOENT);
  CHECK(Dir::open_operand(tree.path("real/a")).error().errno_value == ENOTDIR);
}

TEST_CASE("Dir reaches a folder that was named through links, and nothing else through them")
{
  TempTree tree;
  tree.file("real/sub/a", "x");
  tree.link("link", "real");
  tree.link("real/back", "sub");
  const Dir dir = open_tree(tree);
  CHECK(dir.stat(path("link/sub/a")).error().errno_value == ELOOP);
  const Dir named = *dir.with_named(path("link/sub"));
  CHECK(named.named().size() == 2);
  CHECK(named.named(path("link")) != -1);
  CHECK(named.named(path("real")) == -1);
  CHECK(named.stat(path("link/sub/a"))->size == 1);
  CHECK(named.open_file(path("link/sub/a"), O_RDONLY));
  CHECK(named.open_folder(path("link/sub")));
  CHECK(named.open_folder(path("link/back")).error().errno_value == ELOOP);
  fs::DirCache cache(named);
  CHECK(cache.open(path("link")));
  CHECK(cache.open(path("link/sub")));
  CHECK(dir.with_named(path("real/sub"))->named().empty());
  CHECK(dir.with_named(path("link/none"))->named().size() == 1);
  CHECK(dir.with_named(path("none"))->named().empty());
}

TEST_CASE("Dir refuses a planted link at every component")
{
  TempTree tree;
  tree.file("out/b/c/f", "secret");
  for (const std::string at : {"a", "a/b", "a/b/c", "a/b/c/f"}) {
    TempTree inside;
    inside.folder(std::filesystem::path("x/" + at).parent_path().string());
    inside.link("x/" + at, tree.path("out" + at.substr(1)));
    const Dir dir = open_tree(inside);
    const auto opened = dir.open_file(path("x/a/b/c/f"), O_RDONLY);
    REQUIRE(!opened);
    CHECK(opened.error().errno_value == ELOOP);
    if (at == "a/b/c/f") {
      CHECK(dir.stat(path("x/a/b/c/f"))->type == model::Type::symlink);
      CHECK(!dir.open_folder(path("x/a/b/c/f")));
      continue;
    }
    CHECK(dir.stat(path("x/a/b/c/f")).error().errno_value == ELOOP);
    CHECK(dir.unlink(path("x/a/b/c/f")).error().errno_value == ELOOP);
    CHECK(dir.open_listing(path("x/a/b/c")).error().errno_value == ELOOP);
    CHECK(tree.has("out/b/c/f"));
  }
}

TEST_CASE("Dir reads links of the source where it is told to")
{
  TempTree tree;
  tree.file("real/f", "x");
  tree.link("folder", "real");
  tree.link("file", "real/f");
  const Dir all = open_tree(tree, Links::follow_all);
  CHECK(all.open_file(path("folder/f"), O_RDONLY));
  CHECK(all.open_file("file", O_RDONLY));
  CHECK(all.stat("file")->is_regular());
  const Dir folders = open_tree(tree, Links::follow_folders);
  CHECK(folders.open_file(path("folder/f"), O_RDONLY));
  CHECK(!folders.open_file("file", O_RDONLY));
  CHECK(folders.stat("file")->type == model::Type::symlink);
}

TEST_CASE("Dir under -K follows links that lead beneath the root, and no other")
{
  TempTree tree;
  TempTree outside;
  outside.file("f", "x");
  tree.file("root/real/deep/f", "x");
  tree.link("root/relative", "real");
  tree.link("root/absolute", tree.path("root/real"));
  tree.link("root/out", outside.root());
  tree.link("root/up", "..");
  const auto dir = Dir::open_operand(tree.path("root"), Links::beneath);
  REQUIRE(dir);
  CHECK(dir->open_file(path("relative/deep/f"), O_RDONLY));
  CHECK(dir->open_file(path("absolute/deep/f"), O_RDONLY));
  CHECK(dir->open_folder(path("relative"))->open_file(path("deep/f"), O_RDONLY));
  CHECK(dir->open_folder(path("out")).error().errno_value == ELOOP);
  CHECK(dir->open_folder(path("up")).error().errno_value == ELOOP);
  CHECK(!dir->open_file(path("out/f"), O_RDONLY));
}

TEST_CASE("Dir opens no fifo as a file")
{
  TempTree tree;
  REQUIRE(::mkfifo(tree.path("pipe").c_str(), 0600) == 0);
  const auto opened = open_tree(tree).open_file("pipe", O_RDONLY);
  REQUIRE(!opened);
  CHECK(opened.error().kind == ErrorKind::unsupported);
}

TEST_CASE("Dir reaches what lies deeper than PATH_MAX")
{
  TempTree tree;
  Dir at = open_tree(tree);
  const std::string name(200, 'n');
  std::string deep;
  for (int i = 0; i < 60; ++i) {
    REQUIRE(at.make_folder(name, 0755));
    at = *at.open_folder(name);
    deep += (deep.empty() ? "" : "/") + name;
  }
  REQUIRE(deep.size() > 3U * 4096U - 500U);
  REQUIRE(at.make_folder("leaf", 0755));
  const Dir root = open_tree(tree);
  CHECK(root.stat(path(deep + "/leaf"))->is_folder());
  CHECK(root.open_listing(path(deep)));
  CHECK(root.remove_folder(path(deep + "/leaf")));
  CHECK(root.stat(path(deep + "/leaf")).error().errno_value == ENOENT);
}

TEST_CASE("Dir names any bytes, and escapes them in errors")
{
  TempTree tree;
  const std::string odd = "a\n\xff\xfe" + std::string(251, 'x');
  const Dir dir = open_tree(tree);
  REQUIRE(odd.size() == 255);
  REQUIRE(dir.make_folder(odd, 0755));
  CHECK(dir.stat(odd)->is_folder());
  const auto again = dir.make_folder(odd, 0755);
  REQUIRE(!again);
  CHECK(again.error().errno_value == EEXIST);
  CHECK(again.error().text.find("a\\#012\\#377\\#376xxx") != std::string::npos);
  CHECK(again.error().text.ends_with("': File exists"));
}

TEST_CASE("Dir renames and links between folders without leaving them")
{
  TempTree tree;
  tree.file("a/f", "1");
  tree.file("b/g", "2");
  const Dir root = open_tree(tree);
  const Dir a = *root.open_folder("a");
  const Dir b = *root.open_folder("b");
  CHECK(a.rename("f", b, "g", RENAME_NOREPLACE).error().errno_value == EEXIST);
  CHECK(a.rename("f", b, "f"));
  CHECK(b.link("f", a, "again"));
  CHECK(tree.read("a/again") == "1");
}

TEST_CASE("DirCache holds folders until they are invalidated")
{
  TempTree tree;
  tree.file("a/b/c/f");
  fs::DirCache cache(open_tree(tree), 2);
  const int held = cache.open(path("a/b"))->fd();
  CHECK(cache.open(path("a/b"))->fd() == held);
  REQUIRE(::rename(tree.path("a").c_str(), tree.path("z").c_str()) == 0);
  CHECK(cache.open(path("a/b")));
  cache.invalidate(path("a"));
  CHECK(cache.open(path("a/b")).error().errno_value == ENOENT);
  CHECK(cache.open(path("z/b/c")));
  CHECK(cache.open(path("z")));
  CHECK(cache.open(path("z/b")));
  CHECK(cache.open(path("z/b/c")));
}
