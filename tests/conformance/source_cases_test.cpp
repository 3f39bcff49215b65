// Both makes of a source: content, removals, refusals.

#include <fstream>
#include <iterator>

#include "godwit/delta/signature.hpp"
#include "subject.hpp"
#include "support/temp_tree.hpp"

using namespace godwit;
using namespace godwit::test;

#define BOTH_MAKES LocalSubject, RemoteSubject

namespace {

proto::SourceFile
file_of(const model::Entry& entry, std::uint64_t id)
{
  return {id, entry.base, entry.path, entry.size, entry.mtime};
}

std::string
read_file(const char* path)
{
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

TEST_CASE_TEMPLATE("files are read whole, and what is not as listed is said", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("a", "hello");
  tree.file("b", std::string(proto::max_chunk_bytes + 1, 'b'));
  tree.file("c", "gone soon");
  tree.link("d", "a");
  const proto::Open open = open_source({tree.path("/")});
  Make subject;
  REQUIRE(subject.open(open));
  auto entries = listed(subject, scan_all(false));
  REQUIRE(entries.size() == 5);
  REQUIRE(std::filesystem::remove(tree.path("c")));
  proto::Read read;
  for (std::size_t i = 1; i < entries.size(); ++i) {
    read.files.push_back(file_of(entries[i], i));
  }
  subject.send(read);
  const auto contents = subject.template expect<proto::Contents>();
  REQUIRE(contents.files.size() == 4);
  CHECK(contents.files[0].outcome == proto::ReadOutcome::whole);
  CHECK(as_text(contents.content) == "hello");
  CHECK(contents.files[1].outcome == proto::ReadOutcome::changed); // too big to be read so
  CHECK(contents.files[2].outcome == proto::ReadOutcome::vanished);
  CHECK(contents.files[3].outcome == proto::ReadOutcome::failed); // a link is never followed
  CHECK(contents.hash == HashKey(open.seed).hash128(bytes_of("hello")));
}

TEST_CASE_TEMPLATE("a file that grew is read as it is now", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("a", "hello");
  Make subject;
  REQUIRE(subject.open(open_source({tree.path("/")})));
  const auto entries = listed(subject, scan_all(false));
  tree.file("a", "hello, world");
  subject.send(proto::Read{{file_of(entries[1], 1)}});
  const auto contents = subject.template expect<proto::Contents>();
  CHECK(contents.files.at(0).outcome == proto::ReadOutcome::whole);
  CHECK(as_text(contents.content) == "hello, world");
  CHECK(contents.files[0].new_size == 12);
}

TEST_CASE_TEMPLATE("files that grew too large for one message come in several", Make, BOTH_MAKES)
{
  const TempTree tree;
  for (const char* name : {"a", "b", "c"}) {
    tree.file(name, name);
  }
  Make subject;
  REQUIRE(subject.open(open_source({tree.path("/")})));
  const auto entries = listed(subject, scan_all(false));
  const std::string large(200U << 10U, 'x');
  for (const char* name : {"a", "b", "c"}) {
    tree.file(name, name + large);
  }
  subject.send(proto::Read{{file_of(entries.at(1), 1), file_of(entries.at(2), 2), file_of(entries.at(3), 3)}});
  const auto first = subject.template expect<proto::Contents>();
  REQUIRE(first.files.size() == 2);
  CHECK(first.files[0].outcome == proto::ReadOutcome::whole);
  CHECK(first.files[1].outcome == proto::ReadOutcome::whole);
  CHECK(as_text(first.content) == "a" + large + "b" + large);
  const auto rest = subject.template expect<proto::Contents>();
  REQUIRE(rest.files.size() == 1);
  CHECK(rest.files[0].id == 3);
  CHECK(rest.files[0].outcome == proto::ReadOutcome::whole);
  CHECK(as_text(rest.content) == "c" + large);
}

// A file of /proc has no size: of a long one much is read before that shows.
TEST_CASE_TEMPLATE("what could not be read whole leaves nothing among the contents", Make, BOTH_MAKES)
{
  if (read_file("/proc/kallsyms").size() <= (64U << 10U)) {
    MESSAGE("skipped: no long file in /proc");
    return;
  }
  Make subject;
  REQUIRE(subject.open(open_source({"/proc/"})));
  subject.send(proto::Read{{{1, 0, path("kallsyms"), 0, {}}, {2, 0, path("version"), 0, {}}}});
  const auto contents = subject.template expect<proto::Contents>();
  REQUIRE(contents.files.size() == 2);
  CHECK(contents.files[0].outcome == proto::ReadOutcome::changed);
  CHECK(contents.files[1].outcome == proto::ReadOutcome::whole);
  CHECK(as_text(contents.content) == read_file("/proc/version"));
}

TEST_CASE_TEMPLATE("a file that changed since it was listed is not matched", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("a", "hello");
  Make subject;
  REQUIRE(subject.open(open_source({tree.path("/")})));
  const auto entries = listed(subject, scan_all(false));
  tree.file("a", "hello, world");
  subject.send(proto::Match{file_of(entries[1], 1), false, 0});
  const auto end = subject.template expect<proto::OpsEnd>();
  CHECK(end.outcome == proto::ReadOutcome::changed);
  CHECK(end.new_size == 12);
}

TEST_CASE_TEMPLATE("a file that is overwritten is not matched by its split form", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("a", "hello");
  Make subject;
  REQUIRE(subject.open(open_source({tree.path("/")})));
  const auto entries = listed(subject, scan_all(false));
  proto::Match match{file_of(entries[1], 1), true, 0};
  match.in_place = true;
  subject.send(match);
  Bytes sums;
  delta::encode({0, delta::shape_for(0, {.form = delta::Form::split}), {}}, sums);
  subject.send(proto::Sums{1, sums, true});
  const auto end = subject.template expect<proto::OpsEnd>();
  CHECK(end.outcome == proto::ReadOutcome::failed);
  CHECK(end.errno_value == EPROTO);
}

TEST_CASE_TEMPLATE("a source file is removed only if it is as it was read", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("same", "1");
  tree.file("touched", "1");
  proto::Open open = open_source({tree.path("/")});
  open.removes_source = true;
  Make subject;
  REQUIRE(subject.open(open));
  const auto entries = listed(subject, scan_all(false));
  tree.file("touched", "22");
  subject.send(proto::RemoveSource{file_of(entries[1], 7)});
  subject.expect_done(7);
  subject.send(proto::RemoveSource{file_of(entries[2], 8)});
  CHECK(subject.expect_failed(8).kind == ErrorKind::changed);
  CHECK(tree.names() == std::set<std::string>{"touched"});
}

TEST_CASE_TEMPLATE("a source refuses what only a dest does, and what it did not begin", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("a", "hello");
  Make subject;
  REQUIRE(subject.open(open_source({tree.path("/")})));
  const proto::SourceFile file{1, 0, path("a"), 5, {}};
  SUBCASE("put") { expect_refusal(subject, proto::Put{{{1, regular("x", 0), false}}, {}, {}}); }
  SUBCASE("make") { expect_refusal(subject, proto::Make{1, folder("x"), false}); }
  SUBCASE("metadata") { expect_refusal(subject, proto::SetMetadata{1, regular("a", 5)}); }
  SUBCASE("remove") { expect_refusal(subject, proto::Remove{1, path("a"), false}); }
  SUBCASE("signature") { expect_refusal(subject, proto::Signature{1, path("a"), false}); }
  SUBCASE("apply") { expect_refusal(subject, proto::Apply{1, regular("a", 5), false, true}); }
  SUBCASE("ops") { expect_refusal(subject, proto::Ops{1, {}}); }
  SUBCASE("end of ops") { expect_refusal(subject, proto::OpsEnd{}); }
  SUBCASE("owners") { expect_refusal(subject, proto::MapOwners{{{1000, "me"}}, {}}); }
  SUBCASE("removal of a source that was not announced") { expect_refusal(subject, proto::RemoveSource{file}); }
  SUBCASE("sums that nothing waits for") { expect_refusal(subject, proto::Sums{9, {}, true}); }
  SUBCASE("read of nothing") { expect_refusal(subject, proto::Read{}); }
  SUBCASE("a second open") { expect_refusal(subject, open_source({"/"})); }
  SUBCASE("an answer") { expect_refusal(subject, proto::Done{{1}}); }
  SUBCASE("a scan of a base that was not opened")
  {
    proto::Scan scan = scan_all(false);
    scan.scope.front().bases = {7};
    expect_refusal(subject, scan);
  }
  SUBCASE("a scan under a name that is none")
  {
    proto::Scan scan = scan_all(false);
    scan.listed_name = "x";
    scan.real_name = "../x";
    expect_refusal(subject, scan);
  }
  CHECK(tree.read("a") == "hello");
  CHECK(tree.names() == std::set<std::string>{"a"});
}

TEST_CASE_TEMPLATE("a base that was not opened cannot be read", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("a", "hello");
  Make subject;
  REQUIRE(subject.open(open_source({tree.path("/")})));
  subject.send(proto::Read{{{1, 7, path("a"), 5, {}}}});
  CHECK(subject.template expect<proto::Contents>().files.at(0).outcome == proto::ReadOutcome::failed);
  subject.send(proto::Match{{1, 7, path("a"), 5, {}}, false, 0});
  CHECK(subject.template expect<proto::OpsEnd>().outcome == proto::ReadOutcome::failed);
}
