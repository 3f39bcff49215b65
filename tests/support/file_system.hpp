#pragma once

#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include "support/temp_tree.hpp"

namespace godwit::test {

// Runs `body` with the root of a fresh file system on a loop device; skips it where none can be had.
template <class Body>
void
with_file_system(const std::string& make, Body body, const std::string& size = "400M")
{
  TempTree tree;
  tree.folder("mnt");
  const std::string image = tree.path("image");
  const std::string mount = tree.path("mnt");
  const std::string command = "truncate -s " + size + " " + image + " && " + make + " " + image +
                              " >/dev/null 2>&1 && mount -o loop " + image + " " + mount + " 2>/dev/null";
  if (std::system(command.c_str()) != 0) {
    MESSAGE("skipped: cannot make and mount: " << make);
    return;
  }
  struct Unmount {
    ~Unmount() { CHECK(std::system(("umount " + at).c_str()) == 0); }
    const std::string& at;
  };
  const Unmount unmount{mount};
  body(mount);
}

} // namespace godwit::test
