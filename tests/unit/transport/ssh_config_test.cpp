#include "transport/ssh_config.hpp"

#include <doctest/doctest.h>

#include "transport/libssh_settings.hpp"

namespace
{

using namespace godwit::transport;

SshConfigFacts
facts_of(std::string_view text, std::string_view host = "box")
{
  SshConfigFacts facts;
  read_ssh_config(facts, text, host, "/nonexistent");
  return facts;
}

} // namespace

TEST_CASE("read_ssh_config finds what libssh would pass over")
{
  CHECK(facts_of("HostKeyAlias x").unsupported == "hostkeyalias x");
  CHECK(facts_of("  hostkeyalias = \"x\"").unsupported == "hostkeyalias x");
  CHECK(facts_of("RevokedHostKeys=/etc/krl").unsupported == "revokedhostkeys /etc/krl");
  CHECK(facts_of("CertificateFile a\n").unsupported == "certificatefile a");
  CHECK(facts_of("KnownHostsCommand /bin/x %H").unsupported == "knownhostscommand /bin/x %H");
  CHECK(facts_of("CanonicalizeHostname always").unsupported == "canonicalizehostname always");
}

TEST_CASE("read_ssh_config ignores comments, other hosts and what is switched off")
{
  for (const std::string_view text :
       {"# HostKeyAlias x", "RevokedHostKeys none", "CanonicalizeHostname no", "Host other\nHostKeyAlias x",
        "Host * !box\nHostKeyAlias x", "Port 22", "", "Host other\nInclude *\n"}) {
    CAPTURE(text);
    CHECK(facts_of(text).unsupported.empty());
  }
}

TEST_CASE("read_ssh_config takes the blocks that apply, and every Match")
{
  CHECK_FALSE(facts_of("Host b?x\nHostKeyAlias x").unsupported.empty());
  CHECK_FALSE(facts_of("Host other BOX\nHostKeyAlias x").unsupported.empty());
  CHECK_FALSE(facts_of("Match user nobody\nHostKeyAlias x").unsupported.empty());
  CHECK_FALSE(facts_of("Host other\nPort 1\nHost *\nHostKeyAlias x").unsupported.empty());
}

TEST_CASE("read_ssh_config notes how to log in")
{
  const SshConfigFacts facts = facts_of("IdentitiesOnly yes\nBatchMode yes\nPasswordAuthentication no\n"
                                        "PreferredAuthentications publickey,password\n"
                                        "UserKnownHostsFile a \"b c\"\nKbdInteractiveAuthentication no\n"
                                        "PubkeyAuthentication no\n");
  CHECK(facts.identities_only);
  CHECK(facts.batch_mode);
  CHECK(facts.no_password);
  CHECK(facts.no_keyboard);
  CHECK(facts.no_public_key);
  CHECK(facts.preferred_methods == "publickey,password");
  CHECK(facts.known_hosts_files == std::vector<std::string>{"a", "b c"});
}

TEST_CASE("settings_of_rsh turns ssh's options into lines of a configuration")
{
  const auto settings = settings_of_rsh("/usr/bin/ssh -T -p 22 -lme -i '/a b' -o ConnectTimeout=3 -F/x/y");
  REQUIRE(settings);
  CHECK(settings->lines == "Port 22\nUser me\nIdentityFile \"/a b\"\nConnectTimeout 3\n");
  CHECK(settings->config_file == "/x/y");
  CHECK(settings_of_rsh("")->lines.empty());
}

TEST_CASE("settings_of_rsh refuses what libssh cannot do")
{
  for (const char* rsh :
       {"rsh", "ssh -J a", "ssh host", "ssh -p", "ssh -W x", "ssh -", "ssh -o \"a\nb\"", "ssh 'x"}) {
    CAPTURE(rsh);
    CHECK_FALSE(settings_of_rsh(rsh));
  }
}
