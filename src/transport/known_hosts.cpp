#include "transport/known_hosts.hpp"

#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "transport/ssh_pattern.hpp"

namespace godwit::transport
{
namespace
{

constexpr std::string_view blanks = " \t";

std::string_view
next_word(std::string_view& rest)
{
  rest.remove_prefix(std::min(rest.find_first_not_of(blanks), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(blanks));
  rest.remove_prefix(word.size());
  return word;
}

} // namespace

std::string
marker_about(std::string_view known_hosts, std::string_view host, int port)
{
  const std::string with_port = fmt::format("[{}]:{}", host, port);
  while (!known_hosts.empty()) {
    const std::size_t end = known_hosts.find('\n');
    std::string_view line = known_hosts.substr(0, end);
    known_hosts.remove_prefix(end == std::string_view::npos ? known_hosts.size() : end + 1);
    const std::string_view marker = next_word(line);
    if (!marker.starts_with('@')) {
      continue;
    }
    const std::string_view names = next_word(line);
    if (names.starts_with('|') || matches_list(host, names, ",") || matches_list(with_port, names, ",")) {
      return std::string(marker);
    }
  }
  return "";
}

std::string
marker_in_file(const std::string& path, const std::string& home, std::string_view host, int port)
{
  std::ifstream file(path.starts_with("~/") ? home + path.substr(1) : path);
  std::ostringstream text;
  if (file) {
    text << file.rdbuf();
  }
  return marker_about(text.str(), host, port);
}

} // namespace godwit::transport
