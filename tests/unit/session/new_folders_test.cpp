#include "session/new_folders.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace godwit;
using session::NewFolders;

namespace {

model::RelPath
path(const char* text)
{
  return *model::RelPath::parse(text);
}

struct Sent {
  std::vector<std::string> paths;
  NewFolders folders{[this](const model::RelPath& folder) { paths.push_back(folder.str()); }};
};

} // namespace

TEST_CASE("a new folder is through when the plan has left it and the dest has got its files")
{
  Sent sent;
  sent.folders.enter(path("a"));
  sent.folders.go_on_with(path("a/f"), false);
  CHECK(sent.folders.wait_for(path("a/f")));
  sent.folders.go_on_with(path("a/sub"), true);
  sent.folders.enter(path("a/sub"));
  sent.folders.go_on_with(path("a/sub/f"), false);
  CHECK(sent.paths.empty());
  sent.folders.sent(path("a/f"));
  CHECK(sent.paths == std::vector<std::string>{"a"});
  sent.folders.go_on_with(path("b"), false);
  CHECK(sent.paths == std::vector<std::string>{"a", "a/sub"});
  sent.folders.leave();
  CHECK(sent.paths.size() == 2);
}

TEST_CASE("no folder waits for what lies elsewhere")
{
  Sent sent;
  CHECK_FALSE(sent.folders.wait_for(path("f")));
  sent.folders.enter(path("a"));
  CHECK_FALSE(sent.folders.wait_for(path("ab")));
  CHECK_FALSE(sent.folders.wait_for(path("a/b/f")));
  sent.folders.leave();
  CHECK(sent.paths == std::vector<std::string>{"a"});
}

TEST_CASE("what is below a folder that could not be made is lost")
{
  Sent sent;
  CHECK_FALSE(sent.folders.is_lost(path("a/f")));
  sent.folders.lose(path("a/b"));
  CHECK(sent.folders.is_lost(path("a/b/f")));
  CHECK(sent.folders.is_lost(path("a/b/c/d/f")));
  CHECK_FALSE(sent.folders.is_lost(path("a/b")));
  CHECK_FALSE(sent.folders.is_lost(path("a/b!/f")));
  CHECK_FALSE(sent.folders.is_lost(path("a/f")));
}
