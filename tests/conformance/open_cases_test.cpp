// Both makes of an endpoint: what operands become.

#include <cerrno>

#include "subject.hpp"
#include "support/temp_tree.hpp"

using namespace godwit;
using namespace godwit::test;

#define BOTH_MAKES LocalSubject, RemoteSubject

TEST_CASE_TEMPLATE("a source opens each operand and says what it is", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("d/f", "x");
  tree.link("l", "d");
  Make subject;
  const auto opened = subject.open(
      open_source({tree.path("d"), tree.path("d/"), tree.path("d/f"), tree.path("l"), tree.path("none"),
                   tree.path("d/f/")}));
  REQUIRE(opened);
  REQUIRE(opened->operands.size() == 6);
  const auto& operands = opened->operands;
  CHECK(operands[0].path.str() == "d");
  CHECK(operands[0].type == model::Type::folder);
  CHECK(!operands[0].contents);
  CHECK(operands[1].path.is_root());
  CHECK(operands[1].contents);
  CHECK(operands[2].path.str() == "f");
  CHECK(operands[2].type == model::Type::regular);
  CHECK(operands[3].type == model::Type::symlink);
  CHECK(operands[4].error == ENOENT);
  CHECK(operands[4].typed == tree.path("none"));
  CHECK(operands[5].error == ENOTDIR);
}

TEST_CASE_TEMPLATE("a source with -R keeps the path as typed", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("a/b/c/f", "x");
  Make subject;
  proto::Open request = open_source({tree.path("a/./b/c"), tree.path("a/b/c/f")});
  request.relative = true;
  const auto opened = subject.open(request);
  REQUIRE(opened);
  REQUIRE(opened->operands.size() == 2);
  CHECK(opened->operands[0].path.str() == "b/c");
  CHECK(opened->operands[0].implied == 1);
  CHECK(opened->operands[1].path.str() == tree.path("a/b/c/f").substr(1));
}

TEST_CASE_TEMPLATE("a source with -R refuses dots that lead up", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("a/b/f", "x");
  Make subject;
  proto::Open request = open_source({tree.path("a/./b/../b/f")});
  request.relative = true;
  const auto opened = subject.open(request);
  REQUIRE(!opened);
  CHECK(opened.error().kind == ErrorKind::usage);
}

TEST_CASE_TEMPLATE("a dest opens a folder that is there", Make, BOTH_MAKES)
{
  const TempTree tree;
  Make subject;
  const auto opened = subject.open(open_dest(tree.root()));
  REQUIRE(opened);
  CHECK(opened->created.empty());
  CHECK(opened->new_name.empty());
  CHECK(!opened->is_missing);
}

TEST_CASE_TEMPLATE("a dest makes one new folder, and more only when asked", Make, BOTH_MAKES)
{
  const TempTree tree;
  SUBCASE("one")
  {
    Make subject;
    const auto opened = subject.open(open_dest(tree.path("new/")));
    REQUIRE(opened);
    CHECK(opened->created == tree.path("new"));
    CHECK(tree.stat("new").st_mode == (S_IFDIR | 0755U));
  }
  SUBCASE("several are refused")
  {
    Make subject;
    CHECK(!subject.open(open_dest(tree.path("no/such/new"))));
    CHECK(tree.names().empty());
  }
  SUBCASE("several with --mkpath")
  {
    Make subject;
    proto::Open request = open_dest(tree.path("no/such/new"));
    request.mkpath = true;
    const auto opened = subject.open(request);
    REQUIRE(opened);
    CHECK(opened->made_folders == 3);
    CHECK(tree.has("no/such/new"));
  }
  SUBCASE("none in a dry run")
  {
    Make subject;
    proto::Open request = open_dest(tree.path("new"));
    request.dry_run = true;
    const auto opened = subject.open(request);
    REQUIRE(opened);
    CHECK(opened->is_missing);
    CHECK(tree.names().empty());
  }
}

TEST_CASE_TEMPLATE("a dest takes a name that is new for a single file", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("there", "old");
  for (const char* name : {"new", "there"}) {
    Make subject;
    proto::Open request = open_dest(tree.path(name));
    request.one_plain_item = true;
    const auto opened = subject.open(request);
    REQUIRE(opened);
    CHECK(opened->new_name == name);
  }
  CHECK(tree.names() == std::set<std::string>{"there"});
}

TEST_CASE_TEMPLATE("a dest that is a file takes no folder", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("file", "old");
  Make subject;
  const auto opened = subject.open(open_dest(tree.path("file")));
  REQUIRE(!opened);
  CHECK(opened.error().kind == ErrorKind::selection);
  CHECK(tree.read("file") == "old");
}

TEST_CASE_TEMPLATE("a dest has one operand", Make, BOTH_MAKES)
{
  const TempTree tree;
  Make subject;
  proto::Open request = open_dest(tree.root());
  request.operands.push_back(tree.root());
  const auto opened = subject.open(request);
  REQUIRE(!opened);
  CHECK(opened.error().kind == ErrorKind::protocol);
}
