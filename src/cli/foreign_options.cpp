#include "foreign_options.hpp"

#include <algorithm>
#include <iterator>

namespace godwit::cli
{

namespace
{

// Names of one option each, the one to show first.
constexpr std::string_view foreign[] = {
    "acls,A",
    "address",
    "atimes,U",
    "backup,b",
    "backup-dir",
    "block-size,B",
    "checksum-choice,cc",
    "checksum-seed",
    "chmod",
    "chown",
    "compare-dest",
    "compress-threads,zt",
    "confine-root",
    "copy-as",
    "copy-dest",
    "copy-devices",
    "copy-unsafe-links",
    "crtimes,N",
    "cvs-exclude,C",
    "debug",
    "delay-updates",
    "delete-missing-args",
    "drop-D",
    "early-input",
    "executability,E",
    "fake-super",
    "files-from",
    "from0,0",
    "fsync",
    "groupmap",
    "hard-links,H",
    "iconv",
    "ignore-missing-args",
    "insecure-links",
    "ipv4,4",
    "ipv6,6",
    "link-dest",
    "log-file",
    "log-file-format",
    "log-format",
    "max-alloc",
    "munge-links",
    "new-compress",
    "no-implied-dirs,no-i-d",
    "old-compress",
    "old-dirs,old-d",
    "omit-link-times,J",
    "only-write-batch",
    "open-noatime",
    "out-format",
    "outbuf",
    "password-file",
    "port",
    "protocol",
    "qsort",
    "read-batch",
    "remote-option,M",
    "safe-links",
    "skip-compress",
    "sockopts",
    "stderr",
    "stop-after,time-limit",
    "stop-at",
    "suffix",
    "super",
    "temp-dir,T",
    "trust-sender",
    "usermap",
    "write-batch",
    "write-devices",
    "xattrs,X",
    "8-bit-output,8",
    "daemon",
    "server",
    "sender",
    "config",
    "dparam",
    "msgs2stderr",
    "F",
};

constexpr std::string_view idle[] = {
    "no-hard-links",
    "no-H",
    "no-acls",
    "no-A",
    "no-xattrs",
    "no-X",
    "no-backup",
    "no-iconv",
    "no-super",
    "no-atimes",
    "no-U",
    "no-crtimes",
    "no-N",
    "no-from0",
    "no-motd",
    "no-8",
    "no-8-bit-output",
    "no-drop-D",
    "no-munge-links",
    "no-open-noatime",
    "no-write-devices",
    "no-insecure-links",
    "no-delay-updates",
    "no-msgs2stderr",
    "no-omit-link-times",
    "no-J",
};

std::string
with_dashes(std::string_view name)
{
  return (name.size() == 1 ? "-" : "--") + std::string(name);
}

} // namespace

std::string
foreign_option(std::string_view name)
{
  for (std::string_view names : foreign) {
    const std::size_t comma = names.find(',');
    const std::string_view first = names.substr(0, comma);
    if (comma == std::string_view::npos) {
      if (name == first) {
        return with_dashes(first);
      }
      continue;
    }
    const std::string_view second = names.substr(comma + 1);
    if (name == first || name == second) {
      return with_dashes(first) + " (" + with_dashes(second) + ")";
    }
  }
  return {};
}

bool
is_idle_name(std::string_view name)
{
  return std::find(std::begin(idle), std::end(idle), name) != std::end(idle);
}

} // namespace godwit::cli
