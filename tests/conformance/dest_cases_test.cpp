// Both makes of a dest: whole files, metadata, removals, owners, refusals.

#include <algorithm>

#include "subject.hpp"
#include "support/temp_tree.hpp"

using namespace godwit;
using namespace godwit::test;

#define BOTH_MAKES LocalSubject, RemoteSubject

TEST_CASE_TEMPLATE("files that are put are whole, with mode and time", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("old", "something older");
  const proto::Open open = open_dest(tree.root());
  Make subject;
  REQUIRE(subject.open(open));
  subject.send(put_of(open, {{1, regular("new", 3), false, bytes_of("one")},
                             {2, regular("old", 3), true, bytes_of("two")}}));
  std::set<std::uint64_t> done; // what replaces may wait for a sync of its own
  while (done.size() < 2) {
    const auto some = subject.template expect<proto::Done>();
    done.insert(some.ids.begin(), some.ids.end());
  }
  CHECK(done == std::set<std::uint64_t>{1, 2});
  CHECK(tree.read("new") == "one");
  CHECK(tree.read("old") == "two");
  CHECK((tree.stat("new").st_mode & 07777U) == 0640);
  CHECK(tree.stat("new").st_mtim.tv_sec == 1'600'000'000);
  CHECK(tree.stat("new").st_mtim.tv_nsec == 123'456'789);
  subject.finish();
}

TEST_CASE_TEMPLATE("content that is not what was read is not put", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("old", "old");
  const proto::Open open = open_dest(tree.root());
  Make subject;
  REQUIRE(subject.open(open));
  proto::Put put = put_of(open, {{1, regular("old", 3), true, bytes_of("new")}});
  put.hash.low ^= 1;
  subject.send(put);
  CHECK(subject.expect_failed(1).kind == ErrorKind::verify);
  subject.finish();
  CHECK(tree.read("old") == "old");
  CHECK(tree.names() == std::set<std::string>{"old"});
}

TEST_CASE_TEMPLATE("metadata is set without touching content", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("f", "x");
  tree.folder("d");
  Make subject;
  REQUIRE(subject.open(open_dest(tree.root())));
  subject.send(proto::SetMetadata{1, regular("f", 1)});
  subject.expect_done(1);
  subject.send(proto::SetMetadata{2, folder("d")});
  subject.expect_done(2);
  subject.send(proto::SetMetadata{3, regular("none", 1)});
  (void)subject.expect_failed(3);
  CHECK(subject.finish().errors.empty());
  CHECK((tree.stat("f").st_mode & 07777U) == 0640);
  CHECK((tree.stat("d").st_mode & 07777U) == 0750);
  CHECK(tree.stat("d").st_mtim.tv_sec == 1'600'000'000);
}

TEST_CASE_TEMPLATE("what is removed is gone, a folder only if it is empty", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("full/x", "x");
  tree.folder("empty");
  tree.file("f", "x");
  Make subject;
  REQUIRE(subject.open(open_dest(tree.root())));
  subject.send(proto::Remove{1, path("f"), false});
  subject.expect_done(1);
  subject.send(proto::Remove{2, path("empty"), true});
  subject.expect_done(2);
  subject.send(proto::Remove{3, path("full"), true});
  (void)subject.expect_failed(3);
  subject.send(proto::Remove{4, path("full"), false});
  (void)subject.expect_failed(4);
  subject.send(proto::Remove{5, path("never-there"), false});
  subject.expect_done(5);
  subject.finish();
  CHECK(tree.names() == std::set<std::string>{"full"});
}

TEST_CASE_TEMPLATE("owners are mapped one for one", Make, BOTH_MAKES)
{
  const TempTree tree;
  proto::Open open = open_dest(tree.root());
  Make subject;
  const auto opened = subject.open(open);
  REQUIRE(opened);
  subject.send(proto::MapOwners{{{0, "root"}, {4711, "nobody-has-this-name"}}, {{4711, ""}}});
  const auto mapped = subject.template expect<proto::OwnersMapped>();
  REQUIRE(mapped.users.size() == 2);
  REQUIRE(mapped.groups.size() == 1);
  const std::uint32_t unknown = opened->may_chown ? 4711 : model::keep_id;
  CHECK(mapped.users[0].id == 0);
  CHECK(mapped.users[0].mapped == (opened->may_chown ? 0 : model::keep_id));
  CHECK(mapped.users[1].mapped == unknown);
}

TEST_CASE_TEMPLATE("a dest refuses what only a source does, and what it did not begin", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("a", "hello");
  Make subject;
  REQUIRE(subject.open(open_dest(tree.root())));
  const proto::SourceFile file{1, 0, path("a"), 5, {}};
  SUBCASE("read") { expect_refusal(subject, proto::Read{{file}}); }
  SUBCASE("match") { expect_refusal(subject, proto::Match{file, false, 0}); }
  SUBCASE("sums") { expect_refusal(subject, proto::Sums{1, {}, true}); }
  SUBCASE("removal of a source") { expect_refusal(subject, proto::RemoveSource{file}); }
  SUBCASE("ops that nothing was begun for") { expect_refusal(subject, proto::Ops{1, {}}); }
  SUBCASE("gaps that nothing was begun for") { expect_refusal(subject, proto::Gaps{1, {}}); }
  SUBCASE("end of ops that nothing was begun for") { expect_refusal(subject, proto::OpsEnd{}); }
  SUBCASE("put of nothing") { expect_refusal(subject, proto::Put{}); }
  SUBCASE("put of several folders")
  {
    proto::Put put;
    for (int i = 0; i < 20; ++i) {
      put.files.push_back({1, regular("d" + std::to_string(i) + "/f", 0), false});
    }
    expect_refusal(subject, put);
  }
  SUBCASE("put of less than its files")
  {
    expect_refusal(subject, proto::Put{{{1, regular("a", 2), true}, {2, regular("b", 2), true}}, bytes_of("abc"), {}});
  }
  SUBCASE("put of more than its files")
  {
    expect_refusal(subject, proto::Put{{{1, regular("a", 2), true}}, bytes_of("abc"), {}});
  }
  SUBCASE("put of files whose sizes have no sum")
  {
    const std::uint64_t half = std::uint64_t{1} << 63U;
    expect_refusal(subject, proto::Put{{{1, regular("a", half), true}, {2, regular("b", half), true}}, {}, {}});
  }
  SUBCASE("a second open") { expect_refusal(subject, open_dest("/")); }
  SUBCASE("an answer") { expect_refusal(subject, proto::Done{{1}}); }
  SUBCASE("a scan of a base that it has not")
  {
    proto::Scan scan = scan_all(false);
    scan.scope.front().bases = {7};
    expect_refusal(subject, scan);
  }
  CHECK(tree.read("a") == "hello");
  CHECK(tree.names() == std::set<std::string>{"a"});
}
