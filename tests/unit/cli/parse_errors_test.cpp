// What parse() refuses, and what it only puts up with.

#include <utility>

#include <doctest/doctest.h>

#include "cli/foreign_options.hpp"
#include "unit/cli/parsed.hpp"

using namespace godwit;
using namespace godwit::cli;
using namespace godwit::cli::test;

TEST_CASE("Options without effect are accepted")
{
  for (const char* line : {"--old-args", "-s", "--secluded-args", "--protect-args", "--blocking-io",
                           "--inc-recursive", "--no-inc-recursive", "--no-i-r", "--i-r", "--no-s", "--no-H",
                           "--no-hard-links", "--no-A", "--no-motd"}) {
    CAPTURE(line);
    CHECK(error_of(line) == "accepted");
  }
}

TEST_CASE("Usage errors name the option in one line")
{
  const std::pair<const char*, const char*> cases[] = {
      {"--delet", "--delet: unknown option (godwit --help lists them)"},
      {"-aQ", "-Q: unknown option (godwit --help lists them)"},
      {"--r", "--r: unknown option (godwit --help lists them)"},
      {"--no-delete", "--no-delete: unknown option (godwit --help lists them)"},
      {"--archive=no", "--archive=no: option does not take an argument"},
      {"--no-r=x", "--no-r=x: option does not take an argument"},
      {"--hard-links", "--hard-links (-H) is not supported yet"},
      {"-aH", "--hard-links (-H) is not supported yet"},
      {"-A", "--acls (-A) is not supported yet"},
      {"--no-implied-dirs", "--no-implied-dirs (--no-i-d) is not supported yet"},
      {"--files-from=x", "--files-from is not supported yet"},
      {"--cc=md5", "--checksum-choice (--cc) is not supported yet"},
      {"-F", "-F is not supported yet"},
      {"--compress-level=x", "--compress-level=x is not a whole number"},
      {"--zc=zlib", "--compress-choice=zlib is not supported: give zstd, auto or none"},
      {"--compress-threads=3", "--compress-threads (--zt) is not supported yet"},
      {"-xx", "--one-file-system (-x) given twice is not supported yet"},
      {"--transport=tcp", "--transport=tcp is unknown: give ssh or libssh"},
      {"--info=flist2", "--info=flist2 is not supported yet: only progress2 and progress0 are"},
      {"--timeout=x", "--timeout=x is not a whole number"},
      {"--timeout=-5", "--timeout=-5 is invalid: give seconds, or 0 for none"},
      {"--connections=0", "--connections=0 is invalid: give 1 to 32, or auto"},
      {"--connections=many", "--connections=many is invalid: give 1 to 32, or auto"},
      {"--bwlimit=.1", "--bwlimit=.1 is too small: give 512 bytes or more, or 0 for none"},
      {"--max-size=-1", "--max-size=-1 is invalid: a size is not negative"},
      {"--filter=merge,x", "--filter (-f): filter rules that merge a file are not supported yet: merge,x"},
  };
  for (const auto& [line, expected] : cases) {
    CAPTURE(line);
    CHECK(error_of(line).starts_with(expected));
  }
  CHECK(error_of(Arguments{"-r", "--rsh"}) == "--rsh: missing argument");
  CHECK(error_of(Arguments{"-re"}) == "-e: missing argument");
  CHECK(error_of(Arguments{}) == "nothing to copy: give SRC... DEST (godwit --help tells more)");
}

TEST_CASE("Every option of rsync is either known or refused by name")
{
  for (const char* name :
       {"acls",   "backup",     "block-size", "chmod",  "link-dest",   "xattrs",
        "chown",  "out-format", "log-file",   "daemon", "write-batch", "iconv",
        "H",      "A",          "X",          "E",      "b",           "B",
        "C",      "F",          "0",          "8",      "M",
        "U",      "N",          "T",          "J",      "4",           "6"}) {
    CAPTURE(name);
    CHECK_FALSE(foreign_option(name).empty());
  }
  CHECK(foreign_option("nosuch").empty());
}

TEST_CASE("What is written in place excludes what keeps it elsewhere")
{
  CHECK(error_of("--inplace --partial-dir=p").starts_with("--inplace cannot be used with --partial-dir: "));
  CHECK(error_of("--append --partial-dir=p").starts_with("--append cannot be used with --partial-dir: "));
  CHECK(error_of("--append-verify -W").starts_with("--append cannot be used with --whole-file"));
  CHECK(error_of("--inplace --no-inplace --append --no-append --partial-dir=p -W") == "accepted");
}
