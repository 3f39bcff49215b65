#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace godwit::transport
{

// What an ssh configuration says about a host that libssh would pass over
// without a word. Read beside libssh's own parser, on the safe side: a Match
// block counts as one that applies.
struct SshConfigFacts {
  std::string unsupported;                    // a directive that only ssh honours; empty: none
  std::vector<std::string> known_hosts_files; // all that are named, as written
  std::string preferred_methods;              // PreferredAuthentications; empty: any
  bool identities_only = false;
  bool batch_mode = false;
  bool no_public_key = false;
  bool no_password = false;
  bool no_keyboard = false;
};

// Adds what the text of one configuration file says about `host` (as typed).
// `folder` is where relative Includes are looked up. Earlier values win.
void read_ssh_config(SshConfigFacts& facts, std::string_view text, std::string_view host,
                     const std::string& folder);

// The same for a file; a missing one says nothing.
void read_ssh_config_file(SshConfigFacts& facts, const std::string& path, std::string_view host,
                          const std::string& folder);

} // namespace godwit::transport
