// Both makes of a dest: files that are made of a basis and ops.

#include "godwit/delta/signature.hpp"
#include "godwit/delta/split.hpp"
#include "subject.hpp"
#include "support/made_program.hpp"
#include "support/temp_tree.hpp"

using namespace godwit;
using namespace godwit::test;
using namespace godwit::testing;

#define BOTH_MAKES LocalSubject, RemoteSubject

namespace {

std::string
edited(std::string text)
{
  text.insert(text.size() / 3, "an insertion");
  text.replace(text.size() / 2, 10, "0123456789");
  return text;
}

std::string
noise(std::size_t size)
{
  std::string text(size, ' ');
  std::uint64_t state = 42;
  for (char& c : text) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    c = static_cast<char>(state >> 56U);
  }
  return text;
}

// All of them.
Bytes
ask_sums(Subject& dest, proto::Signature request)
{
  dest.send(std::move(request));
  Bytes all;
  for (bool is_last = false; !is_last;) {
    const auto sums = dest.expect<proto::Sums>();
    append(all, sums.part);
    is_last = sums.is_last;
  }
  return all;
}

enum class Basis : std::uint8_t { old, split, similar };

// Carries one changed file, or a new one that may be similar to another, from `source` to `dest`, as the
// controller does. How many bytes were sent as such.
std::uint64_t
carry(Subject& source, Subject& dest, const model::Entry& entry, Basis basis = Basis::old)
{
  const bool is_new = basis == Basis::similar;
  dest.send(
      proto::Signature{1, entry.path, false, false, basis == Basis::split, is_new, entry.size, entry.mtime});
  source.send(proto::Match{{1, entry.base, entry.path, entry.size, entry.mtime}, true, 0});
  for (bool is_last = false; !is_last;) {
    auto sums = dest.expect<proto::Sums>();
    is_last = sums.is_last;
    source.send(std::move(sums));
  }
  model::Entry made = entry;
  made.uid = made.gid = model::keep_id;
  dest.send(proto::Apply{1, made, true, !is_new});
  while (true) {
    proto::Message answer = source.next();
    if (auto* ops = std::get_if<proto::Ops>(&answer)) {
      dest.send(std::move(*ops));
      continue;
    }
    REQUIRE(std::holds_alternative<proto::OpsEnd>(answer));
    const auto end = std::get<proto::OpsEnd>(answer);
    CHECK(end.outcome == proto::ReadOutcome::whole);
    dest.send(end);
    dest.expect_done(1);
    return end.literal_bytes;
  }
}

} // namespace

TEST_CASE_TEMPLATE("a changed file is rebuilt from its basis", Make, BOTH_MAKES)
{
  const TempTree tree;
  const std::string old_text = noise(400'000);
  tree.file("src/f", edited(old_text));
  tree.file("dst/f", old_text);
  Make source;
  Make dest;
  REQUIRE(source.open(open_source({tree.path("src/")})));
  REQUIRE(dest.open(open_dest(tree.path("dst"))));
  const model::Entry entry = entry_at(source, scan_all(false), "f");
  CHECK(carry(source, dest, entry) < 40'000);
  CHECK(tree.read("dst/f") == edited(old_text));
  CHECK(tree.stat("dst/f").st_mtim.tv_nsec == tree.stat("src/f").st_mtim.tv_nsec);
  CHECK(tree.names("dst") == std::set<std::string>{"f"});
  source.finish();
  dest.finish();
}

TEST_CASE_TEMPLATE("a program is rebuilt from the split form of its basis", Make, BOTH_MAKES)
{
  const TempTree tree;
  const Bytes old_program = made_program(1, 3000, 0);
  const Bytes new_program = made_program(1, 3000, 10);
  tree.file("src/f", as_text(new_program));
  tree.file("dst/f", as_text(old_program));
  Make source;
  Make dest;
  REQUIRE(source.open(open_source({tree.path("src/")})));
  REQUIRE(dest.open(open_dest(tree.path("dst"))));
  const model::Entry entry = entry_at(source, scan_all(false), "f");
  CHECK(carry(source, dest, entry, Basis::split) < new_program.size() / 2); // most of the plain form
  CHECK(tree.read("dst/f") == as_text(new_program));
  source.finish();
  dest.finish();
}

TEST_CASE_TEMPLATE("a file that is made of its split form is not larger than it was when sums were asked for", Make,
                   BOTH_MAKES)
{
  const TempTree tree;
  const Bytes program = made_program(1, 1000, 0);
  tree.file("f", as_text(program));
  Make subject;
  REQUIRE(subject.open(open_dest(tree.root())));
  ask_sums(subject, proto::Signature{1, path("f"), false, false, true, false, program.size(), {}});
  subject.send(proto::Apply{1, regular("f", program.size() + 1), true, true});
  subject.send(proto::OpsEnd{1, proto::ReadOutcome::whole, {}, program.size() + 1, 0, 0, 0, {}});
  CHECK(subject.expect_failed(1).kind == ErrorKind::protocol);
  subject.finish();
}

TEST_CASE_TEMPLATE("new files that are too large together are made of plain forms", Make, BOTH_MAKES)
{
  const TempTree tree;
  const Bytes program = made_program(1, 1000, 0);
  tree.file("f", as_text(program));
  tree.file("g", as_text(program));
  Make subject;
  REQUIRE(subject.open(open_dest(tree.root())));
  const auto form_for = [&](std::uint64_t id, const char* name, std::uint64_t size) {
    return delta::form_of(ask_sums(subject, proto::Signature{id, path(name), false, false, true, false, size, {}}));
  };
  CHECK(form_for(1, "f", delta::max_split_bytes - program.size()) == delta::Form::split);
  CHECK(form_for(2, "g", program.size() + 1) == delta::Form::plain);
  CHECK(form_for(3, "f", 1) == delta::Form::split); // the old version counts, too
  CHECK(form_for(4, "g", 1) == delta::Form::plain);
  subject.finish();
}

TEST_CASE_TEMPLATE("a file is not made of a basis that changed since its sums", Make, BOTH_MAKES)
{
  const TempTree tree;
  const Bytes program = made_program(1, 1000, 0);
  Make subject;
  REQUIRE(subject.open(open_dest(tree.root())));
  for (const bool splits : {false, true}) {
    tree.file("f", as_text(program));
    ask_sums(subject, proto::Signature{1, path("f"), false, false, splits, false, program.size(), {}});
    tree.file("f", std::string(100, 'x'));
    subject.send(proto::Apply{1, regular("f", program.size()), true, true});
    subject.send(proto::Ops{1, bytes_of({"\xa1\x1f\x00", 3})}); // 2,000 bytes of it
    subject.send(proto::OpsEnd{1, proto::ReadOutcome::whole, {}, program.size(), 0, 0, 0, {}});
    CHECK(subject.expect_failed(1).kind == ErrorKind::verify); // so it is sent again
  }
  subject.finish();
}

TEST_CASE_TEMPLATE("ops that make no split form of the file fail", Make, BOTH_MAKES)
{
  const TempTree tree;
  const Bytes program = made_program(1, 1000, 0);
  tree.file("f", as_text(program));
  Make subject;
  REQUIRE(subject.open(open_dest(tree.root())));
  const model::Entry entry = regular("f", program.size());
  ask_sums(subject, proto::Signature{1, entry.path, false, false, true, false, entry.size, entry.mtime});
  subject.send(proto::Apply{1, entry, true, true});
  SUBCASE("they are those of the plain form") { subject.send(proto::Ops{1, bytes_of("\x04hi")}); }
  SUBCASE("they claim many operands") { subject.send(proto::Ops{1, bytes_of("\x10\xff\xff\xff\xff\xff\xff\xff\xff")}); }
  SUBCASE("there are none") {}
  subject.send(proto::OpsEnd{1, proto::ReadOutcome::whole, {}, entry.size, 2, 0, 0, {}});
  CHECK(subject.expect_failed(1).kind == ErrorKind::verify);
  subject.finish();
  CHECK(tree.read("f") == as_text(program));
}

TEST_CASE_TEMPLATE("a new file is rebuilt from a similar one, which stays as it is", Make, BOTH_MAKES)
{
  const TempTree tree;
  const std::string old_text = noise(400'000);
  tree.file("src/d/tool-1.2", edited(old_text));
  tree.file("dst/d/tool-1.1", old_text);
  tree.file("dst/d/other", noise(5000));
  tree.link("dst/d/tool-1.3", "tool-1.1");
  Make source;
  Make dest;
  REQUIRE(source.open(open_source({tree.path("src/")})));
  REQUIRE(dest.open(open_dest(tree.path("dst"))));
  const model::Entry entry = entry_at(source, scan_all(false), "d/tool-1.2");
  CHECK(carry(source, dest, entry, Basis::similar) < 40'000);
  CHECK(tree.read("dst/d/tool-1.2") == edited(old_text));
  CHECK(tree.read("dst/d/tool-1.1") == old_text);
  CHECK(tree.names("dst/d") == std::set<std::string>{"tool-1.1", "tool-1.2", "tool-1.3", "other"});
  source.finish();
  dest.finish();
}

TEST_CASE_TEMPLATE("a rebuilt file that is not what was read is not put in place", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("f", "old");
  Make subject;
  REQUIRE(subject.open(open_dest(tree.root())));
  subject.send(proto::Apply{1, regular("f", 2), false, true});
  subject.send(proto::Ops{1, bytes_of("\x04hi")});
  SUBCASE("by its hash")
  {
    subject.send(proto::OpsEnd{1, proto::ReadOutcome::whole, {}, 2, 2, 0, 0, {}});
    CHECK(subject.expect_failed(1).kind == ErrorKind::verify);
  }
  SUBCASE("because the source says so")
  {
    subject.send(proto::OpsEnd{1, proto::ReadOutcome::changed, {}, 2, 2, 0, 0, {}});
    CHECK(subject.expect_failed(1).kind == ErrorKind::changed);
  }
  SUBCASE("because it is cut off") {}
  subject.finish();
  CHECK(tree.read("f") == "old");
}

TEST_CASE_TEMPLATE("ops that copy what is not there fail", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("f", "0123456789");
  Make subject;
  REQUIRE(subject.open(open_dest(tree.root())));
  subject.send(proto::Signature{1, path("f"), false});
  while (!subject.template expect<proto::Sums>().is_last) {
  }
  subject.send(proto::Apply{1, regular("f", 20), true, true});
  subject.send(proto::Ops{1, {std::byte{41}, std::byte{0}}}); // 20 bytes from 0, of 10
  subject.send(proto::OpsEnd{1, proto::ReadOutcome::whole, {}, 20, 0, 0, 0, {}});
  CHECK(subject.expect_failed(1).kind == ErrorKind::protocol);
  subject.finish();
  CHECK(tree.read("f") == "0123456789");
}
