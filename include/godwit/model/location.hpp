#pragma once

#include <string>
#include <string_view>

namespace godwit::model
{

// An operand as the user wrote it, cut into its parts; raw bytes, nothing
// expanded, nothing looked up.
//
//   path            local     no colon before the first slash, or a bracket that is not an address
//   host:path       remote    also user@host:path, [::1]:path, user@[::1]:path; the last @ ends the user
//   :path           same_host one more path on the host of the operand before
//   host::module    daemon    also rsync://host/module: addresses of an rsync daemon
struct Location {
  enum class Kind : unsigned char { local, remote, same_host, daemon };

  Kind kind = Kind::local;
  bool has_user = false; // an empty user before the @ is still one
  std::string user;
  std::string host; // without brackets
  std::string path; // of a daemon address: what follows the host
  std::string text; // all of it, as typed
};

Location parse_location(std::string_view text);

} // namespace godwit::model
