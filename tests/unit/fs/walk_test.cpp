#include "godwit/fs/walk.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>

#include <doctest/doctest.h>

#include "support/temp_tree.hpp"
#include "support/walk_log.hpp"

using namespace godwit;
using fs::Links;
using fs::Side;
using model::Entry;
using model::Type;
using test::TempTree;
using test::WalkLog;
using Lines = std::vector<std::string>;

TEST_CASE("walk lists non-folders before folders, each folder with its slash in order")
{
  TempTree tree;
  for (const char* name : {"a-b/x", "a/x", "a.b/y", "a0/z", "b", "a1", "a1x"}) {
    tree.file(name);
  }
  WalkLog log;
  log.run(tree);
  CHECK(log.lines ==
        Lines{"", "a1", "a1x", "b", "a-b/", "a-b/x", "a.b/", "a.b/y", "a/", "a/x", "a0/", "a0/z"});
}

TEST_CASE("walk describes every type")
{
  TempTree tree;
  tree.file("f", "12345");
  tree.mode("f", 04751);
  tree.link("l", "no/where");
  REQUIRE(::mkfifo(tree.path("p").c_str(), 0640) == 0);
  WalkLog log;
  log.run(tree);
  REQUIRE(log.entries.size() == 4);
  CHECK(log.entries[1].type == Type::regular);
  CHECK(log.entries[1].size == 5);
  CHECK(log.entries[1].mode == 04751);
  CHECK(log.entries[2].target() == "no/where");
  CHECK(log.entries[3].type == Type::fifo);
  CHECK(log.entries[3].mode == 0640);
  CHECK(log.entries[1].mtime.seconds == tree.stat("f").st_mtim.tv_sec);
}

TEST_CASE("walk goes as far down as it is told")
{
  TempTree tree;
  tree.file("d/e/f");
  tree.file("d/g");
  WalkLog log;
  log.options.scope = {{test::path("d"), true, true, {0}}};
  log.options.depth = model::Depth::level;
  log.run(tree);
  CHECK(log.lines == Lines{"d/", "d/g", "d/e/"});
  log.options.depth = model::Depth::items;
  log.run(tree);
  CHECK(log.lines == Lines{"d/"});
}

TEST_CASE("walk unites the folders of several bases, the first one winning and folders beating the rest")
{
  TempTree one;
  TempTree two;
  one.file("both", "1");
  one.file("x", "a file");
  one.file("d/one");
  one.file("d/e/1");
  two.file("both", "22");
  two.file("x/in");
  two.file("d/two");
  two.file("d/e/2");
  two.file("only");
  WalkLog log;
  log.options.scope = {{{}, true, true, {0, 1}}};
  log.bases.push_back({*fs::Dir::open_operand(one.root()), {}, {}});
  log.bases.push_back({*fs::Dir::open_operand(two.root()), {}, {}});
  log.run();
  CHECK(log.lines ==
        Lines{"", "both", "only", "d/", "d/one", "d/two", "d/e/", "d/e/1", "d/e/2", "x/", "x/in"});
  CHECK(log.entry("both").size == 1);
  CHECK(log.entry("only").base == 1);
  CHECK(log.entry("d").base == 0);
  CHECK(log.entry("d/two").base == 1);
  CHECK(log.entry("x").base == 1);
}

TEST_CASE("walk lists items without their siblings, under another name where they have one")
{
  TempTree tree;
  tree.file("a/b/c");
  tree.file("a/b/other");
  tree.file("a/not");
  tree.file("real/in");
  WalkLog log;
  log.options.scope = {{test::path("a"), true, false, {0}},
                       {test::path("a/b/c"), true, false, {0}},
                       {test::path("a/gone"), true, false, {0}},
                       {test::path("listed"), true, true, {1}}};
  log.bases.push_back({*fs::Dir::open_operand(tree.root()), {}, {}});
  log.bases.push_back({*fs::Dir::open_operand(tree.root()), "listed", "real"});
  log.run();
  CHECK(log.lines == Lines{"a/", "a/b/c", "listed/", "listed/in"});
  REQUIRE(log.errors.size() == 1);
  CHECK(log.errors[0].second.kind == ErrorKind::vanished);
  CHECK(log.errors[0].first.str() == "a/gone");
}

TEST_CASE("walk at the dest passes over what is missing and protects what lies below no contents")
{
  TempTree tree;
  tree.file("d/f");
  tree.file("d/.godwit-01234567-89abcdef-f", "half");
  tree.file("d/.godwit-notes");
  WalkLog log;
  log.options.side = Side::dest;
  log.options.scope = {{test::path("d"), true, true, {}}, {test::path("gone"), true, true, {}}};
  log.run(tree);
  CHECK(log.lines == Lines{"d/", "d/.godwit-notes", "d/f"});
  CHECK(log.errors.empty());
  CHECK(log.entry("d").has(Entry::is_protected));
  CHECK(!log.entry("d/f").has(Entry::is_protected));
  CHECK(log.leftovers == Lines{"d/.godwit-01234567-89abcdef-f"});
}

TEST_CASE("walk asks the filter for each side as its rules want")
{
  TempTree tree;
  for (const char* name : {"hidden/x", "kept", "both", "protected"}) {
    tree.file(name);
  }
  WalkLog log;
  log.calls.judge = [](const model::RelPath& path, bool) {
    const std::string& name = path.str();
    return fs::Verdict{name == "hidden" || name == "both", name == "protected" || name == "both"};
  };
  log.run(tree);
  CHECK(log.lines == Lines{"", "kept", "protected"});
  log.options.side = Side::dest;
  log.run(tree);
  CHECK(log.lines == Lines{"", "kept", "protected", "hidden/", "hidden/x"});
  CHECK(log.entry("protected").has(Entry::is_protected));
}

TEST_CASE("walk says what it cannot read, and lists it without contents")
{
  TempTree tree;
  tree.file("closed/x");
  tree.file("names-only/x");
  tree.file("names-only/d/y");
  tree.file("open/x");
  tree.mode("", 0755);
  tree.mode("closed", 0);
  tree.mode("names-only", 0444);
  const int failures = test::as_nobody([&] {
    WalkLog log;
    log.run(tree);
    const Lines wanted{"", "closed/", "names-only/", "names-only/d?", "names-only/x?", "open/", "open/x"};
    return (log.lines == wanted ? 0 : 1) + (log.errors.size() == 3 ? 0 : 2) +
           (log.entry("closed").has(Entry::is_incomplete) ? 0 : 4) +
           (log.errors[0].second.errno_value == EACCES ? 0 : 8);
  });
  tree.mode("closed", 0755);
  tree.mode("names-only", 0755);
  CHECK(failures == 0);
}

TEST_CASE("walk follows links of the source under -L and -k as a reader does")
{
  TempTree tree;
  tree.file("real/f", "123");
  tree.link("d", "real");
  tree.link("f", "real/f");
  WalkLog log;
  log.run(tree, Links::follow_all);
  CHECK(log.lines == Lines{"", "f", "d/", "d/f", "real/", "real/f"});
  CHECK(log.entry("f").size == 3);
  log.run(tree, Links::follow_folders);
  CHECK(log.entry("f").type == Type::symlink);
  CHECK(log.entry("d/f").size == 3);

  tree.link("dangling", "nowhere");
  tree.link("real/loop", "..");
  log.run(tree, Links::follow_all);
  CHECK(log.entry("dangling").type == Type::unknown);
  CHECK(log.entry("real/loop").has(Entry::is_incomplete));
  REQUIRE(log.errors.size() == 3);
  CHECK(log.errors[0].second.text.starts_with("symlink has no referent: '"));
}

TEST_CASE("walk at the dest under -K enters links that lead beneath the root")
{
  TempTree tree;
  tree.file("real/f");
  tree.link("in", "real");
  tree.link("out", "/usr");
  WalkLog log;
  log.options.side = Side::dest;
  log.run(tree, Links::beneath);
  CHECK(log.lines == Lines{"", "in", "out", "in/", "in/f", "out/", "real/", "real/f"});
  const Entry& in = log.entries[3];
  CHECK(in.has(Entry::through_link));
  CHECK_FALSE(in.has(Entry::leads_outside));
  CHECK(in.target() == "real");
  CHECK(log.entry("in").type == Type::symlink);
  CHECK(log.entries[5].has(Entry::leads_outside));
  CHECK(log.errors.empty());
}

TEST_CASE("walk at the dest under -K does not enter a link to a folder that it lies in")
{
  TempTree tree;
  tree.folder("d");
  tree.folder("e");
  tree.link("d/self", ".");
  tree.link("d/up", "..");
  tree.link("e/over", "../d");
  WalkLog log;
  log.options.side = Side::dest;
  log.run(tree, Links::beneath);
  CHECK(log.lines == Lines{"", "d/", "d/self", "d/up", "d/self/", "d/up/", "e/", "e/over", "e/over/",
                           "e/over/self", "e/over/up", "e/over/self/", "e/over/up/"});
  CHECK(log.is_ordered());
  CHECK(log.errors.empty());
}

TEST_CASE("walk prunes folders without a non-folder under -m, but for the root and what is protected")
{
  TempTree tree;
  tree.folder("empty/er");
  tree.folder("kept/not");
  tree.file("full/x/f");
  tree.folder("full/y");
  WalkLog log;
  log.options.prune_empty_dirs = true;
  log.calls.judge = [](const model::RelPath& path, bool) {
    return fs::Verdict{false, path.str() == "kept"};
  };
  log.run(tree);
  CHECK(log.lines == Lines{"", "full/", "full/x/", "full/x/f", "kept/"});
  CHECK(!log.entry("kept").has(Entry::is_protected));
}

TEST_CASE("walk goes deeper than PATH_MAX and than it has descriptors")
{
  TempTree tree;
  fs::Dir at = *fs::Dir::open_operand(tree.root());
  const std::string name(20, 'n');
  for (int i = 0; i < 600; ++i) {
    REQUIRE(at.make_folder(name, 0755));
    REQUIRE(at.make_folder("z", 0755));
    at = *at.open_folder(name);
  }
  WalkLog log;
  std::size_t most = 0;
  log.calls.judge = [&](const model::RelPath&, bool) {
    most = std::max(most, test::TempTree::open_descriptors());
    return fs::Verdict{};
  };
  log.run(tree);
  CHECK(log.errors.empty());
  CHECK(log.lines.size() == 1201);
  CHECK(most < 260);
  CHECK(log.is_ordered());
}

TEST_CASE("walk stops when it is told to")
{
  TempTree tree;
  tree.file("a");
  tree.file("b");
  int count = 0;
  fs::WalkOptions options;
  options.scope = {{{}, true, true, {}}};
  options.depth = model::Depth::all;
  const fs::Base base{*fs::Dir::open_operand(tree.root()), {}, {}};
  fs::WalkCalls calls;
  calls.entry = [&](Entry&&) {
    return ++count < 2;
  };
  CHECK(!fs::walk(options, {&base, 1}, calls));
  CHECK(count == 2);
}

TEST_CASE("walk under -x lists a mounted folder and does not enter it")
{
  TempTree tree;
  tree.file("a/f");
  tree.folder("mnt");
  if (std::system(("mount -t tmpfs none '" + tree.path("mnt") + "' 2>/dev/null").c_str()) != 0) {
    MESSAGE("skipped: may not mount");
    return;
  }
  tree.file("mnt/in");
  WalkLog log;
  log.options.one_file_system = true;
  log.run(tree);
  CHECK(log.lines == Lines{"", "a/", "a/f", "mnt/"});
  CHECK(log.entry("mnt").has(Entry::is_mount));
  // As an operand it is where the file system begins.
  log.options.scope = {{test::path("mnt"), true, true, {0}}};
  log.run(tree);
  CHECK(log.lines == Lines{"mnt/", "mnt/in"});
  CHECK(std::system(("umount '" + tree.path("mnt") + "'").c_str()) == 0);
}

TEST_CASE("walk takes a name that became something else while it was listed for no success")
{
  TempTree tree;
  tree.file("a");
  tree.file("b");
  tree.file("c");
  WalkLog log;
  log.calls.judge = [&](const model::RelPath& path, bool) {
    if (path.str() == "a") {
      std::filesystem::remove(tree.path("b"));
      tree.folder("b");
      std::filesystem::remove(tree.path("c"));
    }
    return fs::Verdict{};
  };
  log.run(tree);
  CHECK(log.lines == Lines{"", "a", "b?"});
  REQUIRE(log.errors.size() == 2);
  CHECK(log.errors[0].second.kind == ErrorKind::changed);
  CHECK(log.errors[1].second.kind == ErrorKind::vanished);
}
