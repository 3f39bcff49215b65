#include "godwit/fs/names.hpp"

#include <algorithm>

#include <unistd.h>

#include <doctest/doctest.h>

#include "godwit/fs/expand.hpp"
#include "support/temp_tree.hpp"

using namespace godwit;
using test::TempTree;

namespace {

class FakeNames : public fs::NameService
{
public:
  std::optional<std::string> user_name(std::uint32_t) override { return std::nullopt; }
  std::optional<std::string> group_name(std::uint32_t) override { return std::nullopt; }
  std::optional<std::uint32_t> uid_of(const std::string&) override { return std::nullopt; }
  std::optional<std::uint32_t> gid_of(const std::string&) override { return std::nullopt; }
  std::optional<std::string> home_of(const std::string& user) override
  {
    return user.empty()    ? std::optional<std::string>("/home/me")
           : user == "you" ? "/home/you"
                           : std::optional<std::string>();
  }
};

} // namespace

TEST_CASE("names are found by number and numbers by name")
{
  for (auto* make : {+[] { return Result(fs::make_direct_names()); },
                     +[] {
                       return fs::make_forked_names();
                     }}) {
    auto names = make();
    REQUIRE(names);
    for (int again = 0; again < 2; ++again) {
      CHECK((*names)->user_name(0) == "root");
      CHECK((*names)->group_name(0) == "root");
      CHECK((*names)->uid_of("root") == 0U);
      CHECK((*names)->gid_of("root") == 0U);
      CHECK(!(*names)->user_name(3999999999U));
      CHECK(!(*names)->uid_of("no such user"));
      CHECK((*names)->home_of("root") == "/root");
    }
  }
}

TEST_CASE("process_groups holds the effective group")
{
  const auto groups = fs::process_groups();
  CHECK(std::ranges::binary_search(groups, ::getegid()));
}

TEST_CASE("expand_home knows ~ and ~user, and leaves the rest")
{
  FakeNames names;
  CHECK(fs::expand_home("~", names) == "/home/me");
  CHECK(fs::expand_home("~/x", names) == "/home/me/x");
  CHECK(fs::expand_home("~you/x", names) == "/home/you/x");
  CHECK(fs::expand_home("~nobody/x", names) == "~nobody/x");
  CHECK(fs::expand_home("a~", names) == "a~");
}

TEST_CASE("expand_operand expands wildcards and nothing else")
{
  FakeNames names;
  TempTree tree;
  for (const char* name : {"b1", "b2", "a b", "$HOME", "{x,y}", "back\\slash", ".hidden", "[z"}) {
    tree.file(name);
  }
  const std::string top = tree.root() + "/";
  using Paths = std::vector<std::string>;
  CHECK(fs::expand_operand(top + "b?", names) == Paths{top + "b1", top + "b2"});
  CHECK(fs::expand_operand(top + "b[2-9]", names) == Paths{top + "b2"});
  CHECK(fs::expand_operand(top + "a?b", names) == Paths{top + "a b"});
  CHECK(fs::expand_operand(top + "none*", names) == Paths{top + "none*"});
  CHECK(fs::expand_operand(top + "$HOME", names) == Paths{top + "$HOME"});
  CHECK(fs::expand_operand(top + "{x,y}", names) == Paths{top + "{x,y}"});
  CHECK(fs::expand_operand(top + "back\\*", names) == Paths{top + "back\\slash"});
  CHECK(fs::expand_operand(top + "[z", names) == Paths{top + "[z"});
  CHECK(fs::expand_operand(top + "*", names).size() == 7);
}

TEST_CASE("expand_operand finds folders alone where a slash stands at the end, and never . and ..")
{
  FakeNames names;
  TempTree tree;
  tree.file("ab/f");
  tree.file("ac");
  tree.link("ad", "nowhere");
  tree.file(".hid");
  const std::string top = tree.root() + "/";
  using Paths = std::vector<std::string>;
  CHECK(fs::expand_operand(top + "a?/", names) == Paths{top + "ab/"});
  CHECK(fs::expand_operand(top + "?d/", names) == Paths{top + "?d/"});
  CHECK(fs::expand_operand(top + ".*", names) == Paths{top + ".hid"});
  CHECK(fs::expand_operand(top + "a[b]/.", names) == Paths{top + "ab/."});
}
