#include "godwit/fs/leftover.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>

#include "godwit/fs/staged_name.hpp"
#include "support/temp_tree.hpp"

using namespace godwit;
using namespace godwit::test;

TEST_CASE("a staged file that nobody holds is removed, one that is locked stays")
{
  TempTree tree;
  auto dir = fs::Dir::open_operand(tree.root());
  REQUIRE(dir);
  const std::string left = fs::staged_name_for("a");
  const std::string held = fs::staged_name_for("b");
  tree.file(left, "half");
  tree.file(held, "half");
  const auto lock = dir->open_file(held, O_RDONLY);
  REQUIRE(lock);
  REQUIRE(::flock(lock->get(), LOCK_EX | LOCK_NB) == 0);
  CHECK(fs::remove_leftover(*dir, left));
  CHECK(fs::remove_leftover(*dir, held));
  CHECK_FALSE(dir->stat(left));
  CHECK(dir->stat(held));
}
