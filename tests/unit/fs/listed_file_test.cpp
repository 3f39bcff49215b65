#include "godwit/fs/listed_file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "support/temp_tree.hpp"

using namespace godwit;
using namespace godwit::test;

namespace {

// What was stamped before lies behind the coarse clock then, also where the kernel took the fine one.
void
pass_a_tick()
{
  timespec then{};
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &then);
  do {
    ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  } while (now.tv_sec < then.tv_sec || (now.tv_sec == then.tv_sec && now.tv_nsec <= then.tv_nsec));
}

model::Time
mtime_of(const TempTree& tree, const std::string& name)
{
  const auto stat = tree.stat(name);
  return {stat.st_mtim.tv_sec, static_cast<std::uint32_t>(stat.st_mtim.tv_nsec)};
}

} // namespace

TEST_CASE("a file that is as it was listed is read whole, an empty one too")
{
  TempTree tree;
  const auto dir = fs::Dir::open_operand(tree.root());
  tree.file("f", "content");
  tree.file("empty");
  pass_a_tick();
  Bytes content;
  const auto read = fs::read_as_listed(*dir, "f", 7, mtime_of(tree, "f"), content);
  REQUIRE(read);
  CHECK(*read);
  CHECK(as_text(content) == "content");
  const auto empty = fs::read_as_listed(*dir, "empty", 0, mtime_of(tree, "empty"), content);
  REQUIRE(empty);
  CHECK(*empty);
  CHECK(as_text(content) == "content"); // and nothing more
  const auto again = fs::read_as_listed(*dir, "f", 7, mtime_of(tree, "f"), content);
  REQUIRE(again);
  CHECK(as_text(content) == "contentcontent");
}

TEST_CASE("a file of another size, time or type than was listed is not taken for it")
{
  TempTree tree;
  const auto dir = fs::Dir::open_operand(tree.root());
  tree.file("f", "content");
  REQUIRE(::mkfifo(tree.path("fifo").c_str(), 0600) == 0);
  pass_a_tick();
  Bytes content(3, std::byte{'b'}); // of others, before it
  model::Time other = mtime_of(tree, "f");
  ++other.seconds;
  const auto is_taken = [&](const char* name, std::uint64_t size, model::Time mtime) {
    const auto read = fs::read_as_listed(*dir, name, size, mtime, content);
    return read && *read;
  };
  CHECK_FALSE(is_taken("f", 6, mtime_of(tree, "f")));
  CHECK_FALSE(is_taken("f", 8, mtime_of(tree, "f")));
  CHECK_FALSE(is_taken("f", 7, other));
  CHECK_FALSE(is_taken("fifo", 0, mtime_of(tree, "fifo")));
  CHECK(as_text(content) == "bbb");
  CHECK(is_taken("f", 7, mtime_of(tree, "f")));
}
