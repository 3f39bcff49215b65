#include "transport/arguments.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

namespace
{

using godwit::model::parse_location;
using namespace godwit::transport;
using Words = std::vector<std::string>;

struct Split {
  std::string_view command;
  Words words;
};

Words
split(std::string_view command)
{
  auto words = split_rsh(command);
  REQUIRE(words);
  return *words;
}

bool
holds(const Words& words, std::string_view word)
{
  return std::find(words.begin(), words.end(), word) != words.end();
}

} // namespace

TEST_CASE("split_rsh cuts as rsync does")
{
  const std::vector<Split> rows = {
      {"ssh", {"ssh"}},
      {" ssh  -p 22 ", {"ssh", "-p", "22"}},
      {"ssh 'a b' c\"d e\"f", {"ssh", "a b", "cd ef"}},
      {"ssh 'it''s' x", {"ssh", "it's", "x"}},
      {"ssh \"a\"\"b\"", {"ssh", "a\"b"}},
      {"ssh a\\ b", {"ssh", "a\\", "b"}},
      {"ssh\ttab", {"ssh\ttab"}},
      {"ssh ''", {"ssh", ""}},
      {"ssh \"don't\"", {"ssh", "don't"}},
  };
  for (const Split& row : rows) {
    CAPTURE(row.command);
    CHECK(split(row.command) == row.words);
  }
}

TEST_CASE("split_rsh refuses an open quote and an empty command")
{
  for (const std::string_view command : {"ssh 'x", "ssh \"x''", "", "   ", "''"}) {
    CAPTURE(command);
    const auto words = split_rsh(command);
    REQUIRE_FALSE(words);
    CHECK(words.error().exit_code == 1);
  }
}

TEST_CASE("check_target refuses names that a shell or an option parser would act on")
{
  for (const std::string_view text : {"-oProxyCommand=x:", "h;x:", "h x:", "h$(x):", "h`x`:", "h\n:",
                                      "h\x1b:", "-lroot@h:", "a b@h:", "@h:", "u@:", "h\\x:", "u'@h:"}) {
    CAPTURE(text);
    CHECK_FALSE(check_target(parse_location(text), {}));
  }
  for (const std::string_view text :
       {"h:", "u@h:", "a@b@h:", "DOM\\u@h:", "[::1]:", "[fe80::1%eth0]:", "h_1.x-y:", "\xc3\xa9:"}) {
    CAPTURE(text);
    CHECK(check_target(parse_location(text), {}));
  }
}

TEST_CASE("check_target refuses a remote program of two lines")
{
  ConnectOptions options;
  options.remote_program = "cd /x && sudo godwit";
  CHECK(check_target(parse_location("h:"), options));
  options.remote_program = "godwit\nrm";
  CHECK_FALSE(check_target(parse_location("h:"), options));
  options.remote_program = "";
  CHECK_FALSE(check_target(parse_location("h:"), options));
}

TEST_CASE("ssh_arguments end with the host and the agent's command")
{
  ConnectOptions options;
  options.has_terminal = true;
  const Words words = ssh_arguments(parse_location("u@[::1]:p"), options);
  const Words end = {"-l", "u", "--", "::1", "godwit", "agent"};
  REQUIRE(words.size() > end.size());
  CHECK(std::equal(end.rbegin(), end.rend(), words.rbegin()));
  CHECK(words.front() == "ssh");
  CHECK(holds(words, "ConnectTimeout=30"));
  CHECK_FALSE(holds(words, "BatchMode=yes"));
}

TEST_CASE("ssh_arguments forbid questions where nobody can answer")
{
  const char* askpass = std::getenv("SSH_ASKPASS");
  const std::string kept = askpass != nullptr ? askpass : "";
  ::unsetenv("SSH_ASKPASS");
  CHECK(holds(ssh_arguments(parse_location("h:"), {}), "BatchMode=yes"));
  ::setenv("SSH_ASKPASS", "/bin/true", 1);
  CHECK_FALSE(holds(ssh_arguments(parse_location("h:"), {}), "BatchMode=yes"));
  ::unsetenv("SSH_ASKPASS");
  if (askpass != nullptr) {
    ::setenv("SSH_ASKPASS", kept.c_str(), 1);
  }
}

TEST_CASE("rsh_arguments follow rsync's order")
{
  ConnectOptions options;
  options.remote_program = "cd /x && godwit";
  CHECK(rsh_arguments({"rsh", "-x"}, parse_location("u@h:p"), options) ==
        Words{"rsh", "-x", "-l", "u", "h", "cd /x && godwit", "agent"});
  CHECK(rsh_arguments({"rsh"}, parse_location("h:p"), options) ==
        Words{"rsh", "h", "cd /x && godwit", "agent"});
  CHECK(rsh_arguments({"rsh", "-l", "me"}, parse_location("u@h:p"), {}) ==
        Words{"rsh", "-l", "me", "h", "godwit", "agent"});
}

TEST_CASE("find_program looks along PATH")
{
  CHECK(find_program("sh"));
  CHECK(find_program("/no/such") == "/no/such");
  CHECK_FALSE(find_program("no-such-program-here"));
}
