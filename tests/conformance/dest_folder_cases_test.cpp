// Both makes of a dest: folders, what is in their way, and folders that are staged.

#include <set>
#include <string>
#include <vector>

#include <sys/stat.h>

#include "subject.hpp"
#include "support/temp_tree.hpp"

using namespace godwit;
using namespace godwit::test;

#define BOTH_MAKES LocalSubject, RemoteSubject

TEST_CASE_TEMPLATE("folders, links and pipes are made, and make way only when told", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("file", "old");
  tree.file("full/x", "x");
  Make subject;
  REQUIRE(subject.open(open_dest(tree.root())));
  subject.send(proto::Make{1, folder("d"), false});
  subject.expect_done(1);
  subject.send(proto::Make{2, link_to("d/l", "../../anywhere"), false});
  subject.expect_done(2);
  model::Entry pipe = regular("p", 0);
  pipe.type = model::Type::fifo;
  subject.send(proto::Make{3, pipe, false});
  subject.expect_done(3);
  subject.send(proto::Make{4, link_to("file", "x"), false});
  (void)subject.expect_failed(4);
  subject.send(proto::Make{5, link_to("file", "x"), true});
  subject.expect_done(5);
  subject.send(proto::Make{6, link_to("full", "x"), true});
  CHECK(subject.expect_failed(6).in_way);
  CHECK(tree.read("full/x") == "x");
  CHECK(S_ISFIFO(tree.stat("p").st_mode));
  CHECK(S_ISLNK(tree.stat("file").st_mode));
  subject.finish();
}

TEST_CASE_TEMPLATE("a file whose name a folder has is in its way", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("full/x", "x");
  const proto::Open open = open_dest(tree.root());
  Make subject;
  REQUIRE(subject.open(open));
  subject.send(put_of(open, {{1, regular("full", 3), true, bytes_of("one")}}));
  CHECK(subject.expect_failed(1).in_way);
  subject.finish();
  CHECK(tree.read("full/x") == "x");
}

TEST_CASE_TEMPLATE("folders have their times and modes when all is done", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("there/gone", "x");
  const proto::Open open = open_dest(tree.root());
  Make subject;
  REQUIRE(subject.open(open));
  (void)listed(subject, scan_all(false));
  const struct stat before = tree.stat("there");
  model::Entry closed = folder("new");
  closed.mode = 0550;
  subject.send(proto::Make{1, closed, false});
  subject.expect_done(1);
  subject.send(put_of(open, {{2, regular("new/f", 1), false, bytes_of("1")}}));
  subject.expect_done(2);
  subject.send(proto::Remove{3, path("there/gone"), false});
  subject.expect_done(3);
  CHECK(subject.finish().errors.empty());
  CHECK((tree.stat("new").st_mode & 07777U) == 0550);
  CHECK(tree.stat("new").st_mtim.tv_sec == 1'600'000'000);
  CHECK(tree.stat("there").st_mtim.tv_sec == before.st_mtim.tv_sec);
  CHECK(tree.stat("there").st_mtim.tv_nsec == before.st_mtim.tv_nsec);
  tree.mode("new", 0750);
}

TEST_CASE_TEMPLATE("the root itself is neither removed nor replaced", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.folder("root");
  const proto::Open open = open_dest(tree.path("root"));
  Make subject;
  REQUIRE(subject.open(open));
  subject.send(proto::Remove{1, {}, true});
  (void)subject.expect_failed(1);
  model::Entry entry = link_to("x", "y");
  entry.path = {};
  subject.send(proto::Make{2, entry, true});
  (void)subject.expect_failed(2);
  entry = regular("x", 1);
  entry.path = {};
  subject.send(put_of(open, {{3, entry, true, bytes_of("x")}}));
  (void)subject.expect_failed(3);
  subject.finish();
  CHECK(S_ISDIR(tree.stat("root").st_mode));
}

TEST_CASE_TEMPLATE("a staged folder is seen once all of it was sent, folders in it too", Make, BOTH_MAKES)
{
  const TempTree tree;
  const proto::Open open = open_dest(tree.root());
  Make subject;
  REQUIRE(subject.open(open));
  subject.send(proto::Make{1, folder("d"), false, true});
  subject.send(proto::Make{2, folder("d/sub"), false, true});
  subject.send(put_of(open, {{3, regular("d/f", 3), false, bytes_of("one")}}));
  subject.send(proto::Make{4, link_to("d/l", "f"), false, false});
  CHECK(subject.template expect<proto::Done>().ids == std::vector<std::uint64_t>{3});
  subject.expect_done(4);
  CHECK_FALSE(tree.has("d"));
  subject.send(proto::FolderSent{path("d/sub")});
  subject.expect_done(2);
  subject.send(proto::FolderSent{path("d")});
  subject.expect_done(1);
  CHECK(tree.read("d/f") == "one");
  CHECK(tree.has("d/sub"));
  subject.send(put_of(open, {{5, regular("d/sub/late", 3), false, bytes_of("two")}}));
  CHECK(subject.template expect<proto::Done>().ids == std::vector<std::uint64_t>{5});
  CHECK(tree.read("d/sub/late") == "two");
  subject.finish();
  CHECK(tree.names() == std::set<std::string>{"d"});
  CHECK(tree.names("d") == std::set<std::string>{"f", "l", "sub"});
  CHECK((tree.stat("d").st_mode & 07777U) == (folder("d").mode & 07777U));
}

TEST_CASE_TEMPLATE("a folder that is staged no more than its neighbours can be is made all the same", Make, BOTH_MAKES)
{
  const TempTree tree;
  Make subject;
  REQUIRE(subject.open(open_dest(tree.root())));
  constexpr std::uint64_t count = 300;
  for (std::uint64_t id = 0; id < count; ++id) {
    subject.send(proto::Make{id, folder("d" + std::to_string(id)), false, true});
  }
  for (std::uint64_t id = 0; id < count; ++id) {
    subject.send(proto::FolderSent{path("d" + std::to_string(id))});
  }
  std::set<std::uint64_t> done;
  while (done.size() < count) {
    const auto answer = subject.template expect<proto::Done>();
    done.insert(answer.ids.begin(), answer.ids.end());
  }
  subject.finish();
  CHECK(tree.names().size() == count);
}

TEST_CASE_TEMPLATE("a staged folder whose end never comes is there at the end of the run", Make, BOTH_MAKES)
{
  const TempTree tree;
  const proto::Open open = open_dest(tree.root());
  Make subject;
  REQUIRE(subject.open(open));
  subject.send(proto::Make{1, folder("d"), false, true});
  subject.send(put_of(open, {{3, regular("d/f", 3), false, bytes_of("one")}}));
  CHECK(subject.template expect<proto::Done>().ids == std::vector<std::uint64_t>{3});
  subject.finish();
  CHECK(tree.names() == std::set<std::string>{"d"});
  CHECK(tree.read("d/f") == "one");
}
