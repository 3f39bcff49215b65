#include "godwit/model/location.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

namespace godwit::model
{
namespace
{

constexpr std::string_view daemon_scheme = "rsync://";

struct HostSpec {
  std::string_view user;
  std::string_view host;
  bool has_user = false;
  std::size_t end = 0; // just past the colon, or the slash of a daemon address
};

bool
has_daemon_scheme(std::string_view text)
{
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  };
  return text.size() >= daemon_scheme.size() &&
         std::equal(daemon_scheme.begin(), daemon_scheme.end(), text.begin(),
                    [&](char lower, char typed) { return same(typed, lower); });
}

// `[address]` at the start of a host: its length without the brackets, 0 if it is none.
std::size_t
bracketed_length(std::string_view host)
{
  const std::size_t close = host.find_first_of("]/", 1);
  if (close == std::string_view::npos || host[close] != ']') {
    return 0;
  }
  const bool ends_there = close + 1 < host.size() && host[close + 1] == ':';
  return ends_there ? close - 1 : 0;
}

// [user@]host: at the start of `text`.
std::optional<HostSpec>
parse_host(std::string_view text)
{
  HostSpec spec;
  std::size_t start = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '/') {
      return std::nullopt;
    }
    if (text[at] == '@') {
      spec.has_user = true;
      spec.user = text.substr(0, at);
      start = at + 1;
    } else if (text[at] == '[') {
      const std::size_t length = at == start ? bracketed_length(text.substr(at)) : 0;
      if (length == 0) {
        return std::nullopt;
      }
      spec.host = text.substr(at + 1, length);
      at += length + 1;
    } else if (text[at] == ':') {
      spec.host = spec.host.empty() ? text.substr(start, at - start) : spec.host;
      spec.end = at + 1;
      return spec;
    }
  }
  return std::nullopt;
}

Location
daemon_url(std::string_view text)
{
  std::string_view rest = text.substr(daemon_scheme.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  Location location;
  location.kind = Location::Kind::daemon;
  location.host = rest.substr(0, slash);
  location.path = rest.substr(slash);
  location.text = text;
  return location;
}

} // namespace

Location
parse_location(std::string_view text)
{
  if (has_daemon_scheme(text)) {
    return daemon_url(text);
  }
  Location location;
  location.text = text;
  location.path = text;
  const auto spec = parse_host(text);
  if (!spec) {
    return location;
  }
  const bool is_daemon = spec->end < text.size() && text[spec->end] == ':';
  const bool has_host = spec->has_user || !spec->host.empty();
  location.kind = is_daemon  ? Location::Kind::daemon
                  : has_host ? Location::Kind::remote
                             : Location::Kind::same_host;
  location.has_user = spec->has_user;
  location.user = spec->user;
  location.host = spec->host;
  location.path = text.substr(spec->end + (is_daemon ? 1 : 0));
  return location;
}

} // namespace godwit::model
