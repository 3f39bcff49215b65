#include "fs/kernel.hpp"

#include <cerrno>

#include <fcntl.h>

#include <doctest/doctest.h>

#include "godwit/fs/fd.hpp"
#include "support/temp_tree.hpp"

using namespace godwit;
using fs::Fd;
using test::TempTree;

TEST_CASE("open_by_component, for kernels without openat2, reaches folders and refuses links")
{
  TempTree tree;
  tree.folder("a/b/c");
  tree.link("a/link", "b");
  tree.file("a/file");
  const Fd root(::open(tree.root().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  const auto open = [&](const char* path, int flags) {
    return Fd(fs::open_by_component(root.get(), path, flags, nullptr, nullptr));
  };
  CHECK(open("a/b/c", O_PATH));
  CHECK(open("a", O_RDONLY));
  CHECK(!open("a/link", O_PATH));
  CHECK(errno == ELOOP);
  CHECK(!open("a/link/c", O_RDONLY));
  CHECK(errno == ELOOP);
  CHECK(!open("a/file", O_PATH));
  CHECK(errno == ENOTDIR);
  CHECK(!open("a/gone/c", O_PATH));
  CHECK(errno == ENOENT);
}
