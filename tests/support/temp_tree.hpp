#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

namespace godwit::test {

// A new folder below $TMPDIR that goes, with all that is in it, at the end of
// the test. Paths are relative to it.
class TempTree
{
public:
  TempTree()
  {
    const char* top = std::getenv("TMPDIR");
    std::string pattern = std::string(top != nullptr ? top : "/tmp") + "/godwit-test-XXXXXX";
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    m_root = pattern;
  }
  TempTree(const TempTree&) = delete;
  TempTree& operator=(const TempTree&) = delete;
  ~TempTree()
  {
    // rm copes with trees deeper than PATH_MAX, remove_all() does not.
    const std::string command = "rm -rf -- '" + m_root + "'";
    if (std::system(command.c_str()) != 0) {
      MESSAGE("cannot remove ", m_root);
    }
  }

  const std::string& root() const { return m_root; }
  std::string path(std::string_view relative) const
  {
    return relative.empty() ? m_root : m_root + "/" + std::string(relative);
  }

  void folder(std::string_view relative) const { std::filesystem::create_directories(path(relative)); }
  // Makes the folders above it, too.
  void file(std::string_view relative, std::string_view content = "") const
  {
    std::filesystem::create_directories(std::filesystem::path(path(relative)).parent_path());
    std::ofstream out(path(relative), std::ios::binary);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    REQUIRE(out.good());
  }
  void link(std::string_view relative, const std::string& target) const
  {
    REQUIRE(::symlink(target.c_str(), path(relative).c_str()) == 0);
  }
  void mode(std::string_view relative, unsigned bits) const
  {
    REQUIRE(::chmod(path(relative).c_str(), bits) == 0);
  }
  std::string read(std::string_view relative) const
  {
    std::ifstream in(path(relative), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  struct stat stat(std::string_view relative) const
  {
    struct stat found{};
    CHECK(::lstat(path(relative).c_str(), &found) == 0);
    return found;
  }
  bool has(std::string_view relative) const
  {
    struct stat found{};
    return ::lstat(path(relative).c_str(), &found) == 0;
  }
  // The names in a folder.
  std::set<std::string> names(std::string_view relative = {}) const
  {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(path(relative))) {
      found.insert(entry.path().filename().string());
    }
    return found;
  }

  static std::size_t open_descriptors()
  {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

private:
  std::string m_root;
};

// Runs `body` in a forked child, and gives what it returned: an exit code of its own, 0 to 200.
// Inside, no doctest macro may be used.
template <class Body>
int
in_child(Body body)
{
  const pid_t child = ::fork();
  REQUIRE(child != -1);
  if (child == 0) {
    ::_exit(body());
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

inline constexpr unsigned nobody = 65534;

// As in_child(), but as an unprivileged user. Only of use when root runs the tests;
// who else does is unprivileged already.
template <class Body>
int
as_nobody(Body body)
{
  return in_child([&] {
    if (::geteuid() == 0 && (::setgid(nobody) != 0 || ::setuid(nobody) != 0)) {
      return 200;
    }
    return body();
  });
}

} // namespace godwit::test
