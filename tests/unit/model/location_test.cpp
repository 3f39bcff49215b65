#include "godwit/model/location.hpp"

#include <doctest/doctest.h>

#include <string_view>
#include <vector>

namespace
{

using godwit::model::Location;
using godwit::model::parse_location;
using Kind = Location::Kind;

struct Row {
  std::string_view text;
  Kind kind;
  std::string_view user;
  std::string_view host;
  std::string_view path;
};

} // namespace

TEST_CASE("parse_location cuts operands as rsync does")
{
  const std::vector<Row> rows = {
      {"a", Kind::local, "", "", "a"},
      {"./a:b", Kind::local, "", "", "./a:b"},
      {"/a:b", Kind::local, "", "", "/a:b"},
      {"dir/a:b", Kind::local, "", "", "dir/a:b"},
      {"u@h/x:p", Kind::local, "", "", "u@h/x:p"},
      {"", Kind::local, "", "", ""},
      {"h:p", Kind::remote, "", "h", "p"},
      {"h:", Kind::remote, "", "h", ""},
      {"h:/a/b c:d", Kind::remote, "", "h", "/a/b c:d"},
      {"u@h:p", Kind::remote, "u", "h", "p"},
      {"a@b@h:p", Kind::remote, "a@b", "h", "p"},
      {"[::1]:p", Kind::remote, "", "::1", "p"},
      {"u@[fe80::1%eth0]:p", Kind::remote, "u", "fe80::1%eth0", "p"},
      {"[h]:p", Kind::remote, "", "h", "p"},
      {"[]:p", Kind::local, "", "", "[]:p"},
      {"[::1]x:p", Kind::local, "", "", "[::1]x:p"},
      {"[::1]", Kind::local, "", "", "[::1]"},
      {"[a/b]:p", Kind::local, "", "", "[a/b]:p"},
      {"a[b:c", Kind::local, "", "", "a[b:c"},
      {"a[b]:c", Kind::local, "", "", "a[b]:c"},
      {"-x:p", Kind::remote, "", "-x", "p"},
      {":p", Kind::same_host, "", "", "p"},
      {":", Kind::same_host, "", "", ""},
      {"h::m/p", Kind::daemon, "", "h", "m/p"},
      {"::m", Kind::daemon, "", "", "m"},
      {"[::1]::m", Kind::daemon, "", "::1", "m"},
      {"rsync://h/m/p", Kind::daemon, "", "h", "/m/p"},
      {"RSYNC://h", Kind::daemon, "", "h", ""},
      {"rsync:/h", Kind::remote, "", "rsync", "/h"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Location location = parse_location(row.text);
    CHECK(location.kind == row.kind);
    CHECK(location.user == row.user);
    CHECK(location.host == row.host);
    CHECK(location.path == row.path);
    CHECK(location.text == row.text);
  }
}

TEST_CASE("parse_location tells an empty user from none")
{
  CHECK(parse_location("@h:p").has_user);
  CHECK_FALSE(parse_location("h:p").has_user);
  CHECK(parse_location("@:p").kind == Kind::remote);
}

TEST_CASE("parse_location keeps raw bytes")
{
  const std::string_view text = "h:\xff\n\x01*";
  CHECK(parse_location(text).path == text.substr(2));
}
