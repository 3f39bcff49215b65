#include <set>

#include <doctest/doctest.h>

#include "godwit/fs/folder_files.hpp"
#include "godwit/fs/staged_name.hpp"
#include "support/temp_tree.hpp"

using namespace godwit;
using namespace godwit::test;

namespace
{

std::set<std::string>
names(const std::vector<fs::FolderFile>& files)
{
  std::set<std::string> found;
  for (const fs::FolderFile& file : files) {
    found.insert(file.name);
  }
  return found;
}

} // namespace

TEST_CASE("The files of a folder are its regular, finished ones")
{
  const TempTree tree;
  tree.file("a", "12345");
  tree.file("b", "");
  tree.file("d/inside", "x");
  tree.file(fs::staged_name_for("c"), "x");
  tree.link("link", "a");
  const auto folder = fs::Dir::open_operand(tree.root());
  REQUIRE(folder);
  const auto files = fs::files_in(*folder, 100);
  REQUIRE(files);
  CHECK(names(*files) == std::set<std::string>{"a", "b"});
  for (const fs::FolderFile& file : *files) {
    CHECK(file.stat.size == (file.name == "a" ? 5U : 0U));
  }
  CHECK(fs::files_in(*folder, 0)->empty());
}
