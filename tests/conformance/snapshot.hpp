#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <sys/stat.h>

namespace godwit::test {

// A tree as text: each name with its attributes, change time and content, so that
// two snapshots are equal only if nothing in it was touched.
inline std::string
snapshot(const std::string& root)
{
  std::vector<std::string> lines;
  const auto add = [&](const std::string& path) {
    struct stat s{};
    if (::lstat(path.c_str(), &s) != 0) {
      lines.push_back(path + " is gone");
      return;
    }
    std::string line = path;
    for (const auto value : {static_cast<long>(s.st_mode), static_cast<long>(s.st_uid), static_cast<long>(s.st_gid),
                             static_cast<long>(s.st_size), s.st_mtim.tv_sec, s.st_mtim.tv_nsec, s.st_ctim.tv_sec,
                             s.st_ctim.tv_nsec}) {
      line += ' ' + std::to_string(value);
    }
    if (S_ISREG(s.st_mode)) {
      std::ifstream in(path, std::ios::binary);
      line += ' ' + std::string(std::istreambuf_iterator<char>(in), {});
    }
    lines.push_back(line);
  };
  add(root);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    add(entry.path().string());
  }
  std::sort(lines.begin(), lines.end());
  std::string all;
  for (const std::string& line : lines) {
    all += line + '\n';
  }
  return all;
}

} // namespace godwit::test
