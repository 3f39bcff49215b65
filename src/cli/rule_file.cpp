#include "rule_file.hpp"

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "godwit/base/escape.hpp"

namespace godwit::cli
{

namespace
{

Result<std::string>
read_all(int fd, const std::string& shown)
{
  std::string content;
  std::array<char, 65536> piece;
  while (true) {
    const ssize_t count = ::read(fd, piece.data(), piece.size());
    if (count == 0) {
      return content;
    }
    if (count == -1 && errno != EINTR) {
      return sys_error(fmt::format("cannot read {}", shown));
    }
    content.append(piece.data(), count == -1 ? 0 : static_cast<std::size_t>(count));
  }
}

} // namespace

Result<std::string>
read_rule_file(std::string_view path)
{
  if (path == "-") {
    return read_all(STDIN_FILENO, "filter rules from the standard input");
  }
  const std::string shown = fmt::format("the filter rules in {}", escape(path));
  const int fd = ::open(std::string(path).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd == -1) {
    return sys_error(fmt::format("cannot open {}", shown));
  }
  auto content = read_all(fd, shown);
  ::close(fd);
  return content;
}

} // namespace godwit::cli
