#include "cli/summary.hpp"

#include <cstdlib>
#include <ctime>

#include <doctest/doctest.h>

#include "unit/cli/entries.hpp"

using namespace godwit;
using namespace godwit::cli;
using namespace godwit::cli::test;
using model::Type;

namespace
{

model::Totals
totals()
{
  model::Totals t;
  t.files = 8;
  t.regular = 3;
  t.folders = 3;
  t.symlinks = t.specials = 1;
  t.created = 8;
  t.created_regular = t.created_folders = 3;
  t.created_symlinks = t.created_specials = 1;
  t.transferred = 3;
  t.total_size = 100009;
  t.transferred_size = t.literal_bytes = 100008;
  t.list_seconds = 0.001;
  t.sent_bytes = 100370;
  t.received_bytes = 98;
  t.seconds = 0.5;
  return t;
}

} // namespace

TEST_CASE("The block of --stats has rsync's lines")
{
  CHECK(stats_block(totals(), 1) == "Number of files: 8 (reg: 3, dir: 3, link: 1, special: 1)\n"
                                    "Number of created files: 8 (reg: 3, dir: 3, link: 1, special: 1)\n"
                                    "Number of deleted files: 0\n"
                                    "Number of regular files transferred: 3\n"
                                    "Total file size: 100,009 bytes\n"
                                    "Total transferred file size: 100,008 bytes\n"
                                    "Literal data: 100,008 bytes\n"
                                    "Matched data: 0 bytes\n"
                                    "File list size: 0\n"
                                    "File list generation time: 0.001 seconds\n"
                                    "File list transfer time: 0.000 seconds\n"
                                    "Total bytes sent: 100,370\n"
                                    "Total bytes received: 98");
}

TEST_CASE("The block of --stats names every type there is")
{
  model::Totals t = totals();
  t.devices = 2;
  t.deleted = 2;
  t.deleted_regular = 2;
  const std::string block = stats_block(t, 0);
  CHECK(block.find("Number of files: 8 (reg: 3, dir: 3, link: 1, dev: 2, special: 1)\n") !=
        std::string::npos);
  CHECK(block.find("Number of deleted files: 2 (reg: 2)\n") != std::string::npos);
  CHECK(block.find("Total file size: 100009 bytes\n") != std::string::npos);
}

TEST_CASE("The closing lines are rsync's at each level of -h")
{
  CHECK(
      closing_lines(totals(), 1, RunKind::real) ==
      "sent 100,370 bytes  received 98 bytes  200,936.00 bytes/sec\ntotal size is 100,009  speedup is 1.00");
  CHECK(closing_lines(totals(), 0, RunKind::dry) ==
        "sent 100370 bytes  received 98 bytes  200936.00 bytes/sec\ntotal size is 100009  speedup is 1.00 "
        "(DRY RUN)");
  CHECK(closing_lines(totals(), 3, RunKind::real) ==
        "sent 98.02K bytes  received 98 bytes  196.23K bytes/sec\ntotal size is 97.67K  speedup is 1.00");
}

TEST_CASE("A run that moved nothing and took no time can be told")
{
  CHECK(closing_lines({}, 1, RunKind::real) ==
        "sent 0 bytes  received 0 bytes  0.00 bytes/sec\ntotal size is 0  speedup is 0.00");
}

TEST_CASE("--list-only lists as rsync does")
{
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  model::Entry folder = entry("", Type::folder);
  folder.mode = 0755;
  folder.size = 4096;
  folder.mtime = {1795379326, 0};
  CHECK(list_line(folder, 1, ShowTarget::yes) == "drwxr-xr-x          4,096 2026/11/22 20:28:46 .");
  CHECK(list_line(folder, 0, ShowTarget::yes) == "drwxr-xr-x        4096 2026/11/22 20:28:46 .");
  CHECK(list_line(folder, 2, ShowTarget::yes) == "drwxr-xr-x          4.10K 2026/11/22 20:28:46 .");
  model::Entry link = entry("a/l", Type::symlink);
  link.mode = 0777;
  CHECK(list_line(link, 1, ShowTarget::yes) == "lrwxrwxrwx              6 1970/01/01 00:00:00 a/l -> target");
  CHECK(list_line(link, 1, ShowTarget::no) == "lrwxrwxrwx              6 1970/01/01 00:00:00 a/l");
}

TEST_CASE("Set-id and sticky bits show as ls shows them")
{
  const std::pair<std::uint16_t, const char*> cases[] = {
      {04755, "-rwsr-xr-x"}, {04644, "-rwSr--r--"}, {02755, "-rwxr-sr-x"},
      {02745, "-rwxr-Sr-x"}, {01777, "-rwxrwxrwt"}, {01776, "-rwxrwxrwT"},
  };
  for (const auto& [mode, expected] : cases) {
    model::Entry file = entry("f");
    file.mode = mode;
    CHECK(list_line(file, 1, ShowTarget::no).substr(0, 10) == expected);
  }
}
