#include "godwit/plan/elements.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "entries.hpp"

using namespace godwit;
using namespace godwit::plan;
using model::Entry;
using model::Side;
using model::Type;

namespace
{

const HashKey key{HashKey::Seed{}};

Entry
entry(const std::string& path, std::uint32_t uid = 0)
{
  Entry made = testing::regular(path);
  made.uid = uid;
  return made;
}

std::vector<Element>
elements(const std::vector<Entry>& entries, Side side = Side::source, bool with_owner = true)
{
  const Recipe recipe{.file_times = true, .perms = true, .owner = with_owner};
  PageBuilder builder(recipe, side, key);
  std::vector<OwnerIds> owners;
  return elements_of(entries, builder, [&](const OwnerIds& ids) { return number_owner(owners, ids); });
}

} // namespace

TEST_CASE("An entry has the same element wherever it stands, and another when it changes")
{
  Entry changed = entry("b");
  changed.mtime.seconds = 7;
  const std::vector<Element> a = elements({entry("a"), entry("b")});
  const std::vector<Element> b = elements({entry("b"), changed}, Side::dest);
  CHECK(a.size() == 2);
  CHECK(a[0] != a[1]);
  CHECK(a[1] == b[0]);
  CHECK(a[1] != b[1]);
}

TEST_CASE("An owner is in an element by its number, and only where the recipe covers it")
{
  CHECK(elements({entry("a", 5), entry("b", 6)}) == elements({entry("a", 7), entry("b", 8)}));
  CHECK(elements({entry("a", 5), entry("b", 6)})[1] != elements({entry("a", 5), entry("b", 5)})[1]);
  CHECK(elements({entry("a", 5), entry("b", 6)}, Side::source, false)[1] ==
        elements({entry("a", 5), entry("b", 5)}, Side::source, false)[1]);
}

TEST_CASE("What is never equal has another element on each side")
{
  Entry unread = entry("a");
  unread.type = Type::unknown;
  CHECK(elements({unread}, Side::source) != elements({unread}, Side::dest));
  CHECK(elements({unread}, Side::source) == elements({unread}, Side::source));
}

TEST_CASE("Elements leave the builder empty, so that a page follows")
{
  PageBuilder builder({.perms = true}, Side::source, key);
  const std::vector<Entry> entries{entry("a")};
  builder.add(entries[0]);
  const Hash128 digest = builder.finish().digest;
  (void)elements_of(entries, builder, [](const OwnerIds&) { return 0U; });
  builder.add(entries[0]);
  CHECK(builder.finish().digest == digest);
}
