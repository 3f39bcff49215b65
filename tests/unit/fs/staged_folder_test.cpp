#include "godwit/fs/staged_folder.hpp"

#include <cerrno>

#include <doctest/doctest.h>

#include "godwit/fs/staged_file.hpp"
#include "support/temp_tree.hpp"

using namespace godwit;
using fs::Dir;
using fs::StagedFolder;
using test::TempTree;

namespace {

void
put(const Dir& folder, std::string_view name, std::string_view content)
{
  fs::Metadata wanted;
  wanted.mode = 0644;
  auto file = fs::StagedFile::create(folder, name, wanted, fs::Placing::direct);
  REQUIRE(file);
  REQUIRE(file->append(as_bytes(content)));
  REQUIRE(file->commit());
}

fs::Metadata
with_mode(std::uint32_t mode)
{
  fs::Metadata wanted;
  wanted.mode = mode;
  return wanted;
}

} // namespace

TEST_CASE("StagedFolder appears with its files at once, private until then")
{
  TempTree tree;
  auto staged = StagedFolder::create(*Dir::open_operand(tree.root()), "a", {});
  REQUIRE(staged);
  put(staged->folder(), "f", "x");
  REQUIRE(!tree.has("a"));
  REQUIRE(tree.names().size() == 1);
  CHECK((tree.stat(*tree.names().begin()).st_mode & 07777) == 0700);
  REQUIRE(staged->publish(with_mode(0755)));
  CHECK(tree.read("a/f") == "x");
  CHECK((tree.stat("a").st_mode & 07777) == 0755);
  put(staged->folder(), "g", "later");
  CHECK(tree.names() == std::set<std::string>{"a"});
}

TEST_CASE("StagedFolder leaves nothing behind when it is not published")
{
  TempTree tree;
  {
    auto staged = StagedFolder::create(*Dir::open_operand(tree.root()), "a", {});
    put(staged->folder(), "f", "x");
    auto moved = *std::move(staged);
    put(moved.folder(), "g", "x");
  }
  CHECK(tree.names().empty());
}

TEST_CASE("StagedFolder moves its files into a folder that was made meanwhile")
{
  TempTree tree;
  auto staged = StagedFolder::create(*Dir::open_operand(tree.root()), "a", {});
  put(staged->folder(), "f", "new");
  put(staged->folder(), "g", "new");
  tree.file("a/f", "old");
  tree.file("a/other", "kept");
  REQUIRE(staged->publish(with_mode(0755)));
  CHECK(tree.read("a/f") == "new");
  CHECK(tree.read("a/g") == "new");
  CHECK(tree.read("a/other") == "kept");
  CHECK(tree.names() == std::set<std::string>{"a"});
}

TEST_CASE("StagedFolder replaces no file and follows no link")
{
  for (const bool is_link : {false, true}) {
    TempTree tree;
    tree.folder("elsewhere");
    auto staged = StagedFolder::create(*Dir::open_operand(tree.root()), "a", {});
    put(staged->folder(), "f", "x");
    is_link ? tree.link("a", "elsewhere") : tree.file("a", "in the way");
    const auto refused = staged->publish(with_mode(0755));
    REQUIRE(!refused);
    CHECK(refused.error().errno_value == EEXIST);
    CHECK(tree.names("elsewhere").empty());
    std::filesystem::remove(tree.path("a"));
    REQUIRE(staged->publish(with_mode(0755)));
    CHECK(tree.read("a/f") == "x");
  }
}
