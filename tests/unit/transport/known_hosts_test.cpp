#include "transport/known_hosts.hpp"

#include <doctest/doctest.h>

#include "transport/ssh_pattern.hpp"

using namespace godwit::transport;

TEST_CASE("matches_pattern knows stars and question marks, and no brackets")
{
  CHECK(matches_pattern("box", "box"));
  CHECK(matches_pattern("Box", "bOX"));
  CHECK(matches_pattern("box.example.org", "*.example.*"));
  CHECK(matches_pattern("box", "b?x*"));
  CHECK(matches_pattern("", "*"));
  CHECK(matches_pattern("[::1]:22", "[::1]:22"));
  CHECK(matches_pattern("aXbXb", "a*b"));
  CHECK_FALSE(matches_pattern("box", "bo"));
  CHECK_FALSE(matches_pattern("box", "boxx"));
  CHECK_FALSE(matches_pattern("box", "?"));
  CHECK_FALSE(matches_pattern("", "?"));
}

TEST_CASE("matches_list lets a negated pattern win")
{
  CHECK(matches_list("a", "b,a", ","));
  CHECK_FALSE(matches_list("a", "*,!a", ","));
  CHECK_FALSE(matches_list("a", "!b", ","));
  CHECK_FALSE(matches_list("a", "", ","));
}

TEST_CASE("marker_about finds marked lines about the host alone")
{
  CHECK(marker_about("@revoked box ssh-ed25519 AAAA\n", "box", 22) == "@revoked");
  CHECK(marker_about("x y z\n@cert-authority *.org,[box]:2222 ssh-rsa AAAA", "box", 2222) ==
        "@cert-authority");
  CHECK(marker_about(" @revoked |1|abc=|def= ssh-rsa AAAA", "box", 22) == "@revoked");
  CHECK(marker_about("@revoked * ssh-rsa AAAA", "box", 22) == "@revoked");
  CHECK(marker_about("@revoked other ssh-rsa AAAA\nbox ssh-rsa AAAA\n# @revoked box\n", "box", 22).empty());
  CHECK(marker_about("", "box", 22).empty());
}
