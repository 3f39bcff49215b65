// Both makes of a source: listing and pages.

#include <algorithm>

#include "godwit/endpoint/page_messages.hpp"
#include "subject.hpp"
#include "support/temp_tree.hpp"

using namespace godwit;
using namespace godwit::test;

#define BOTH_MAKES LocalSubject, RemoteSubject

namespace {

std::vector<std::string>
names_of(const std::vector<model::Entry>& entries)
{
  std::vector<std::string> names;
  for (const model::Entry& entry : entries) {
    names.push_back(entry.path.str());
  }
  return names;
}

// Of two files of ten, at most eleven: enough for several pages.
void
fill(const TempTree& tree)
{
  for (int i = 0; i < 1200; ++i) {
    tree.file("many/f" + std::to_string(i), "x");
  }
}

} // namespace

TEST_CASE_TEMPLATE("a listing is in order: in a folder first what is no folder", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("b/x", "1");
  tree.file("b!", "22");
  tree.file("z", "333");
  tree.folder("a/e");
  tree.link("l", "z");
  Make subject;
  REQUIRE(subject.open(open_source({tree.path("/")})));
  const auto entries = listed(subject, scan_all(false));
  CHECK(names_of(entries) == std::vector<std::string>{"", "b!", "l", "z", "a", "a/e", "b", "b/x"});
  CHECK(entries[2].target() == "z");
  CHECK(entries[3].size == 3);
  subject.finish();
}

TEST_CASE_TEMPLATE("a listing by pages gives the same entries, each page once", Make, BOTH_MAKES)
{
  const TempTree tree;
  fill(tree);
  std::vector<std::string> plain;
  {
    Make subject;
    REQUIRE(subject.open(open_source({tree.path("/")})));
    plain = names_of(listed(subject, scan_all(false)));
  }
  Make subject;
  REQUIRE(subject.open(open_source({tree.path("/")})));
  CHECK(names_of(listed(subject, scan_all(true))) == plain);
  CHECK(plain.size() == 1202);
  expect_refusal(subject, proto::PageWanted{0});
}

TEST_CASE_TEMPLATE("a page's runs fill it, and parts of it are listed", Make, BOTH_MAKES)
{
  const TempTree tree;
  for (int i = 0; i < 300; ++i) {
    tree.file("f" + std::to_string(1000 + i), "x");
  }
  Make subject;
  REQUIRE(subject.open(open_source({tree.path("/")})));
  subject.send(scan_all(true));
  (void)subject.template expect<proto::Owners>();
  (void)subject.template expect<proto::Page>();
  (void)subject.template expect<proto::ListEnd>();
  subject.send(proto::RunsWanted{0, 32, {}});
  const auto coarse = endpoint::to_plan(subject.template expect<proto::Runs>());
  REQUIRE(coarse);
  std::uint32_t count = 0;
  for (const plan::Run& run : *coarse) {
    CHECK(run.count <= plan::max_run_entries(32));
    count += run.count;
  }
  CHECK(count == 301);
  subject.send(proto::RunsWanted{0, 4, {{10, 20}, {5, 30}}});
  const auto fine = endpoint::to_plan(subject.template expect<proto::Runs>());
  REQUIRE(fine);
  count = 0;
  bool is_cut = false;
  for (const plan::Run& run : *fine) {
    count += run.count;
    is_cut = is_cut || count == 20;
  }
  CHECK(is_cut);
  CHECK(count == 50);
  subject.send(proto::PageWanted{0, {{1, 2}, {297, 1}}});
  const auto parts = subject.template expect<proto::PageListed>();
  CHECK(parts.is_last_part);
  CHECK(names_of(parts.entries) == std::vector<std::string>{"f1000", "f1001", "f1299"});
  subject.finish();
}

TEST_CASE_TEMPLATE("a page's differences from a sketch are its entries and what it lacks", Make, BOTH_MAKES)
{
  const TempTree tree;
  for (int i = 0; i < 300; ++i) {
    tree.file("f" + std::to_string(1000 + i), "x");
  }
  Make subject;
  const proto::Open open = open_source({tree.path("/")});
  REQUIRE(subject.open(open));
  std::vector<model::Entry> entries = listed(subject, scan_all(false));
  REQUIRE(entries.size() == 301);
  entries.erase(entries.begin() + 7);
  entries[9].size = 70; // f1009
  const HashKey key(open.seed);
  plan::PageBuilder builder(endpoint::to_plan(scan_all(true).recipe), model::Side::dest, key);
  const std::vector<plan::Element> elements =
      plan::elements_of(entries, builder, [](const plan::OwnerIds&) { return 0U; });
  plan::Sketch sketch(3);
  sketch.add(elements);
  subject.send(scan_all(true));
  (void)subject.template expect<proto::Owners>();
  (void)subject.template expect<proto::Page>();
  (void)subject.template expect<proto::ListEnd>();
  subject.send(proto::DifferencesWanted{0, endpoint::to_bytes(sketch.sums())});
  const auto differences = subject.template expect<proto::Differences>();
  CHECK(differences.is_solved);
  CHECK(names_of(differences.entries) == std::vector<std::string>{"f1006", "f1009"});
  std::optional<plan::Polynomial> others = endpoint::to_numbers(differences.others);
  REQUIRE(others);
  CHECK(plan::take_roots(*others, elements) == std::vector<std::uint32_t>{9});
  CHECK(others->empty());
  subject.finish();
}

TEST_CASE_TEMPLATE("runs and parts that a page has not are refused", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("f", "x");
  Make subject;
  REQUIRE(subject.open(open_source({tree.path("/")})));
  SUBCASE("a sketch before a scan") { expect_refusal(subject, proto::DifferencesWanted{0, Bytes(8)}); }
  SUBCASE("before a scan") { expect_refusal(subject, proto::RunsWanted{0, 32, {}}); }
  SUBCASE("a recipe without a grain of time")
  {
    proto::Scan scan = scan_all(true);
    scan.recipe.grain_ns = 0;
    expect_refusal(subject, scan);
  }
  SUBCASE("of a page")
  {
    subject.send(scan_all(true));
    (void)subject.template expect<proto::Owners>();
    (void)subject.template expect<proto::Page>();
    (void)subject.template expect<proto::ListEnd>();
    SUBCASE("a sketch of no page") { expect_refusal(subject, proto::DifferencesWanted{1, Bytes(8)}); }
    SUBCASE("no sketch") { expect_refusal(subject, proto::DifferencesWanted{0, Bytes()}); }
    SUBCASE("a sketch that is cut") { expect_refusal(subject, proto::DifferencesWanted{0, Bytes(7)}); }
    SUBCASE("no grain") { expect_refusal(subject, proto::RunsWanted{0, 0, {}}); }
    SUBCASE("too coarse") { expect_refusal(subject, proto::RunsWanted{0, 1U << 20U, {}}); }
    SUBCASE("no such page") { expect_refusal(subject, proto::RunsWanted{1, 32, {}}); }
    SUBCASE("runs behind its end") { expect_refusal(subject, proto::RunsWanted{0, 32, {{1, 2}}}); }
    SUBCASE("entries behind its end") { expect_refusal(subject, proto::PageWanted{0, {{0xFFFFFFFFU, 2}}}); }
    SUBCASE("an empty stretch") { expect_refusal(subject, proto::PageWanted{0, {{0, 0}}}); }
    SUBCASE("again and again")
    {
      for (int i = 0; i < 8; ++i) {
        subject.send(proto::RunsWanted{0, 4, {}});
        (void)subject.template expect<proto::Runs>();
      }
      expect_refusal(subject, proto::RunsWanted{0, 4, {}});
    }
  }
}

TEST_CASE_TEMPLATE("a scan that is sent with Open covers what that opened", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("dir/f", "x");
  tree.file("other/f", "x");
  Make subject;
  const proto::Open open = open_source({tree.path("dir"), tree.path("missing")});
  REQUIRE(subject.open(open));
  proto::Scan scan = scan_all(false);
  scan.scope.clear();
  scan.of_opened = true;
  CHECK(names_of(listed(subject, scan)) == std::vector<std::string>{"dir", "dir/f"});
  subject.finish();
}

TEST_CASE_TEMPLATE("a page that was settled or never listed is refused", Make, BOTH_MAKES)
{
  const TempTree tree;
  tree.file("f", "x");
  Make subject;
  REQUIRE(subject.open(open_source({tree.path("/")})));
  subject.send(scan_all(true));
  (void)subject.template expect<proto::Owners>();
  (void)subject.template expect<proto::Page>();
  (void)subject.template expect<proto::ListEnd>();
  SUBCASE("settled")
  {
    subject.send(proto::PagesSettled{1});
    expect_refusal(subject, proto::PageWanted{0});
  }
  SUBCASE("never listed") { expect_refusal(subject, proto::PageWanted{1}); }
}
