// Both makes: hashes that prove a move, and moves at the dest.

#include "subject.hpp"
#include "support/temp_tree.hpp"

using namespace godwit;
using namespace godwit::test;

#define BOTH_MAKES LocalSubject, RemoteSubject

namespace {

const std::string content(1'000'000, 'x');

model::Entry
as_it_is(const TempTree& tree, const std::string& at, const std::string& name)
{
  const struct stat stat = tree.stat(at);
  model::Entry entry = regular(name, static_cast<std::uint64_t>(stat.st_size));
  entry.mtime = {stat.st_mtim.tv_sec, static_cast<std::uint32_t>(stat.st_mtim.tv_nsec)};
  entry.mode = stat.st_mode & 07777U;
  return entry;
}

// What a run learns of a file of `root` before it is moved.
proto::HashedFile
hashed(Subject& subject, const TempTree& tree, const std::string& root, const std::string& name, bool sampled = false)
{
  const model::Entry entry = as_it_is(tree, root + name, "x");
  subject.send(proto::Hash{{{{7, 0, path(name), entry.size, entry.mtime}, sampled}}});
  const auto hashes = subject.expect<proto::Hashes>();
  REQUIRE(hashes.files.size() == 1);
  CHECK(hashes.files.front().id == 7);
  return hashes.files.front();
}

// An open dest with a file `old`, and what proves it.
template <class Make> struct Opened {
  Opened()
  {
    tree.file("old", content);
    tree.file("sub/other", "other");
    REQUIRE(dest.open(open_dest(tree.root())));
    proof = hashed(dest, tree, "", "old");
  }
  proto::Move move(const model::Entry& entry, proto::MoveWay way = proto::MoveWay::rename) const
  {
    return {1, entry, tree.has(entry.path.str()), path("old"), way, proof.state, 0, 0};
  }
  void fails(const proto::Move& request)
  {
    dest.send(request);
    dest.expect_failed(request.id);
    CHECK(tree.read("old") == content);
  }

  TempTree tree;
  Make dest;
  proto::HashedFile proof;
};

} // namespace

TEST_CASE_TEMPLATE("both sides hash a file to the same", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("src/a", content);
  tree.file("dst/b", content);
  tree.file("dst/c", content.substr(1) + "y");
  Make source;
  Make dest;
  REQUIRE(source.open(open_source({tree.path("src/")})));
  REQUIRE(dest.open(open_dest(tree.path("dst"))));
  for (const bool sampled : {false, true}) {
    const auto wanted = hashed(source, tree, "src/", "a", sampled);
    CHECK(wanted.outcome == proto::ReadOutcome::whole);
    CHECK(hashed(dest, tree, "dst/", "b", sampled).hash == wanted.hash);
    CHECK(hashed(dest, tree, "dst/", "c", sampled).hash != wanted.hash);
  }
  source.finish();
  dest.finish();
}

TEST_CASE_TEMPLATE("a file that is not as it was listed is not hashed", Make, BOTH_MAKES)
{
  Opened<Make> opened;
  const model::Entry entry = as_it_is(opened.tree, "old", "old");
  opened.dest.send(proto::Hash{{{{1, 0, path("old"), entry.size + 1, entry.mtime}, false},
                                {{2, 0, path("gone"), 1, entry.mtime}, false},
                                {{3, 0, path("sub"), 1, entry.mtime}, false}}});
  const auto hashes = opened.dest.template expect<proto::Hashes>();
  REQUIRE(hashes.files.size() == 3);
  CHECK(hashes.files[0].outcome == proto::ReadOutcome::changed);
  CHECK(hashes.files[1].outcome == proto::ReadOutcome::vanished);
  CHECK(hashes.files[2].outcome == proto::ReadOutcome::failed);
  opened.dest.finish();
}

TEST_CASE_TEMPLATE("a file is renamed, with the metadata it is to have", Make, BOTH_MAKES)
{
  Opened<Make> opened;
  const auto inode = opened.tree.stat("old").st_ino;
  const auto time = opened.tree.stat("sub").st_mtim;
  opened.dest.send(opened.move(regular("sub/new", content.size())));
  opened.dest.expect_done(1);
  CHECK(!opened.tree.has("old"));
  CHECK(opened.tree.stat("sub/new").st_ino == inode);
  CHECK((opened.tree.stat("sub/new").st_mode & 07777U) == 0640);
  CHECK(opened.tree.stat("sub/new").st_mtim.tv_nsec == 123'456'789);
  opened.dest.finish();
  CHECK(opened.tree.stat("sub").st_mtim.tv_nsec == time.tv_nsec);
}

TEST_CASE_TEMPLATE("a file that is copied keeps its old name", Make, BOTH_MAKES)
{
  Opened<Make> opened;
  opened.dest.send(opened.move(regular("sub/other", content.size()), proto::MoveWay::copy));
  opened.dest.expect_done(1);
  CHECK(opened.tree.read("old") == content);
  CHECK(opened.tree.read("sub/other") == content);
  CHECK(opened.tree.stat("old").st_ino != opened.tree.stat("sub/other").st_ino);
  opened.dest.finish();
}

TEST_CASE_TEMPLATE("a file with another name is copied where its metadata is to change", Make, BOTH_MAKES)
{
  Opened<Make> opened;
  REQUIRE(::link(opened.tree.path("old").c_str(), opened.tree.path("twin").c_str()) == 0);
  opened.proof = hashed(opened.dest, opened.tree, "", "old");
  opened.dest.send(opened.move(regular("new", content.size())));
  opened.dest.expect_done(1);
  CHECK(!opened.tree.has("old"));
  CHECK(opened.tree.read("new") == content);
  CHECK(opened.tree.stat("twin").st_mtim.tv_nsec != 123'456'789);
  CHECK(opened.tree.stat("twin").st_nlink == 1);
  opened.dest.finish();
}

TEST_CASE_TEMPLATE("what was retained is moved though its name has another content by then", Make, BOTH_MAKES)
{
  Opened<Make> opened;
  const proto::Open open = open_dest(opened.tree.root());
  for (const bool same_metadata : {true, false}) {
    CAPTURE(same_metadata);
    opened.tree.file("old", content);
    opened.proof = hashed(opened.dest, opened.tree, "", "old");
    const model::Entry to = same_metadata ? as_it_is(opened.tree, "old", "old.1") : regular("old.1", content.size());
    opened.dest.send(proto::Retain{5, path("old"), opened.proof.state, to});
    opened.dest.expect_done(5);
    opened.dest.send(put_of(open, {{2, regular("old", 3), true, bytes_of("new")}}));
    opened.dest.expect_done(2);
    proto::Move move = opened.move(to, proto::MoveWay::retained);
    move.retained = 5;
    opened.dest.send(move);
    opened.dest.expect_done(1);
    CHECK(opened.tree.read("old") == "new");
    CHECK(opened.tree.read("old.1") == content);
    CHECK(opened.tree.names() == std::set<std::string>{"old", "old.1", "sub"});
  }
  opened.dest.finish();
}

TEST_CASE_TEMPLATE("what no move came for is not left behind", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("old", content);
  {
    Make dest;
    REQUIRE(dest.open(open_dest(tree.root())));
    const auto proof = hashed(dest, tree, "", "old");
    dest.send(proto::Retain{5, path("old"), proof.state, as_it_is(tree, "old", "new")});
    dest.expect_done(5);
    dest.finish();
  }
  CHECK(tree.stat("old").st_nlink == 1);
}

TEST_CASE_TEMPLATE("a folder is renamed with all it holds", Make, BOTH_MAKES)
{
  Opened<Make> opened;
  opened.tree.folder("around");
  opened.dest.send(proto::Move{1, folder("around/new"), false, path("sub"), proto::MoveWay::rename, 0, 0, 1});
  opened.dest.expect_done(1);
  opened.dest.finish();
  CHECK(opened.tree.read("around/new/other") == "other");
  CHECK((opened.tree.stat("around/new").st_mode & 07777U) == 0750);
  CHECK(opened.tree.stat("around/new").st_mtim.tv_nsec == 123'456'789);
}

TEST_CASE_TEMPLATE("a folder that holds what the plan does not know stays", Make, BOTH_MAKES)
{
  Opened<Make> opened;
  opened.tree.file("sub/deep/hidden", "hidden");
  opened.dest.send(proto::Move{1, folder("new"), false, path("sub"), proto::MoveWay::rename, 0, 0, 1});
  opened.dest.expect_failed(1);
  opened.dest.finish();
  CHECK(opened.tree.read("sub/deep/hidden") == "hidden");
}

TEST_CASE_TEMPLATE("what has changed or is not there is not moved", Make, BOTH_MAKES)
{
  Opened<Make> opened;
  proto::Move wrong = opened.move(regular("new", content.size()));
  wrong.state ^= 1U;
  opened.fails(wrong);
  wrong = opened.move(regular("new", content.size()));
  wrong.from = path("sub/gone");
  opened.fails(wrong);
  wrong = opened.move(regular("sub/other", content.size())); // something stands there, unknown to the plan
  wrong.replaces = false;
  opened.fails(wrong);
  CHECK(opened.tree.read("sub/other") == "other");
  wrong = opened.move(regular("new", content.size()), proto::MoveWay::retained);
  wrong.retained = 4711;
  opened.fails(wrong);
  opened.fails(opened.move(regular("missing/new", content.size())));
  CHECK(!opened.tree.has("new"));
  opened.dest.finish();
}

TEST_CASE_TEMPLATE("nothing is moved through a link, from the root, or into itself", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("outside/secret", "secret");
  tree.file("root/file", "file");
  tree.folder("root/folder");
  tree.link("root/link", "../outside");
  Make dest;
  REQUIRE(dest.open(open_dest(tree.path("root"))));
  const auto state = hashed(dest, tree, "root/", "file").state;
  const auto fails = [&](const model::Entry& entry, const std::string& from) {
    CAPTURE(from);
    dest.send(proto::Move{1, entry, true, from.empty() ? model::RelPath() : path(from), proto::MoveWay::rename,
                          state, 0, 0});
    dest.expect_failed(1);
  };
  fails(regular("stolen", 6), "link/secret");
  fails(regular("link/file", 4), "file");
  fails(folder("taken"), "link");
  fails(folder("folder/below"), "folder");
  fails(folder("folder"), "");
  fails(link_to("other", "x"), "file");
  dest.send(proto::Retain{1, path("link/secret"), state, regular("stolen", 6)});
  dest.expect_failed(1);
  dest.finish();
  CHECK(tree.names("outside") == std::set<std::string>{"secret"});
  CHECK(tree.names("root") == std::set<std::string>{"file", "folder", "link"});
}

TEST_CASE_TEMPLATE("a source moves nothing", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("f", "f");
  Make source;
  REQUIRE(source.open(open_source({tree.path("")})));
  source.send(proto::Move{1, regular("g", 1), false, path("f"), proto::MoveWay::rename, 0, 0, 0});
  CHECK(source.template expect<proto::Fatal>().kind == ErrorKind::protocol);
  CHECK(tree.has("f"));
}
