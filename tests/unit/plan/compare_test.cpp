#include "godwit/plan/compare.hpp"

#include <doctest/doctest.h>

using namespace godwit;
using namespace godwit::plan;
using model::Changes;
using model::Entry;
using model::Time;
using model::Type;

namespace
{

Entry
file()
{
  Entry entry;
  entry.mode = 0644;
  entry.size = 10;
  entry.mtime = {1000, 0};
  entry.set_digest({1, 2});
  return entry;
}

Entry
of_type(Type type)
{
  Entry entry = file();
  entry.type = type;
  return entry;
}

} // namespace

TEST_CASE("Times are equal by nanoseconds where both sides have them")
{
  struct Row {
    Time a, b;
    std::int64_t window;
    bool same;
  };
  const Row rows[] = {
      {{5, 1}, {5, 1}, 0, true},   {{5, 1}, {5, 2}, 0, false},  {{5, 0}, {5, 2}, 0, true},
      {{5, 0}, {5, 2}, -1, false}, {{5, 0}, {6, 0}, 0, false},  {{5, 0}, {6, 999}, 1, true},
      {{5, 0}, {7, 0}, 1, false},  {{-3, 0}, {-1, 0}, 2, true}, {{5, 1}, {5, 1}, -1, true},
  };
  for (const Row& row : rows) {
    CHECK(same_time(row.a, row.b, row.window) == row.same);
    CHECK(same_time(row.b, row.a, row.window) == row.same);
  }
}

TEST_CASE("Whether a file is transferred is decided as by rsync")
{
  struct Row {
    const char* what;
    CompareRules rules;
    bool size, time, digest; // what differs
    Difference difference;
    Changes changes;
  };
  using enum Difference;
  const CompareRules t{.times = true};
  const Row rows[] = {
      {"-t, same", t, false, false, false, none, {}},
      {"-t, size", t, true, false, false, content, {.size = true}},
      {"-t, time", t, false, true, false, content, {.time = true}},
      {"no -t, time", {}, false, true, false, content, {.time = true}},
      {"no -t, size: it gets the time of the transfer",
       {},
       true,
       false,
       false,
       content,
       {.size = true, .time = true}},
      {"-t -c, content", {.times = true, .checksum = true}, false, false, true, content, {.content = true}},
      {"-t -c, size",
       {.times = true, .checksum = true},
       true,
       false,
       true,
       content,
       {.content = true, .size = true}},
      {"-t -c, time", {.times = true, .checksum = true}, false, true, false, metadata, {.time = true}},
      {"-c, content", {.checksum = true}, false, false, true, content, {.content = true, .time = true}},
      {"-c -I, same", {.times = true, .checksum = true, .ignore_times = true}, false, false, false, none, {}},
      {"-t -I, same", {.times = true, .ignore_times = true}, false, false, false, content, {}},
      {"-I, same", {.ignore_times = true}, false, false, false, content, {.time = true}},
      {"-I --size-only", {.ignore_times = true, .size_only = true}, false, true, false, none, {}},
      {"-t --size-only, time",
       {.times = true, .size_only = true},
       false,
       true,
       false,
       metadata,
       {.time = true}},
      {"--size-only, time", {.size_only = true}, false, true, false, none, {}},
      {"-c --size-only, content",
       {.times = true, .checksum = true, .size_only = true},
       false,
       false,
       true,
       content,
       {.content = true}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Entry dest = file();
    dest.size += row.size ? 1 : 0;
    dest.mtime.seconds += row.time ? 1 : 0;
    dest.set_digest({row.digest ? 2U : 1U, 2});
    const Comparison result = compare(file(), dest, row.rules);
    CHECK(result.difference == row.difference);
    CHECK(result.changes == row.changes);
  }
}

TEST_CASE("A file without a digest is never equal under -c")
{
  Entry unread = file();
  unread.set_digest({});
  CHECK(compare(unread, unread, {.checksum = true}).difference == Difference::content);
}

TEST_CASE("Under -c a file's time is set to the nanosecond, but told of only where it counts as another")
{
  CompareRules rules;
  rules.checksum = rules.times = true;
  rules.modify_window_s = 2;
  Entry there = file();
  there.mtime.seconds += 1;
  const Comparison comparison = compare(file(), there, rules);
  CHECK(comparison.difference == Difference::metadata);
  CHECK_FALSE(comparison.changes.any());
  CHECK(compare(file(), file(), rules).difference == Difference::none);
  rules.checksum = false;
  CHECK(compare(file(), there, rules).difference == Difference::none);
}

TEST_CASE("Modes and owners count only where they are kept")
{
  Entry dest = file();
  dest.mode = 0600;
  dest.uid = 7;
  dest.gid = 8;
  CHECK(compare(file(), dest, {.times = true}).difference == Difference::none);
  CHECK(compare(file(), dest, {.perms = true, .times = true}).changes == Changes{.mode = true});
  CHECK(compare(file(), dest, {.owner = true, .group = true}).changes ==
        Changes{.owner = true, .group = true});
  Entry source = file();
  source.uid = source.gid = model::keep_id;
  CHECK(compare(source, dest, {.owner = true, .group = true}).difference == Difference::none);
}

TEST_CASE("Links, nodes and folders are compared as by rsync")
{
  Entry link = of_type(Type::symlink);
  Entry other = link;
  link.set_target("x");
  other.set_target("y");
  other.mode = 0777;
  CHECK(compare(link, other, {.perms = true, .times = true}).changes == Changes{.content = true});
  CHECK(compare(link, other, {}).changes == Changes{.content = true, .time = true});
  other.set_target("x");
  CHECK(compare(link, other, {.perms = true, .times = true}).difference == Difference::none);

  CHECK(compare(of_type(Type::fifo), of_type(Type::socket), {.times = true}).changes ==
        Changes{.content = true});
  Entry device = of_type(Type::char_device);
  device.set_device(3);
  CHECK(compare(device, of_type(Type::char_device), {.times = true}).changes == Changes{.content = true});
  CHECK(compare(device, of_type(Type::fifo), {}).difference == Difference::type);
  CHECK(compare(link, file(), {}).difference == Difference::type);

  Entry folder = of_type(Type::folder);
  folder.mtime.seconds = 1;
  CHECK(compare(folder, of_type(Type::folder), {.times = true}).changes == Changes{.time = true});
  CHECK(compare(folder, of_type(Type::folder), {.times = true, .omit_dir_times = true}).difference ==
        Difference::none);
  CHECK(compare(folder, of_type(Type::folder), {}).difference == Difference::none);
}

TEST_CASE("Without -p a new entry gets the source's mode less the umask and special bits, an existing one "
          "keeps its own")
{
  const CompareRules rules{.umask = 022};
  Entry source = file();
  source.mode = 06777;
  Entry there = file();
  there.mode = 0600;
  CHECK(wanted_mode(source, nullptr, rules) == 0755);
  CHECK(wanted_mode(source, &there, rules) == 0600);
  there.type = Type::symlink;
  CHECK(wanted_mode(source, &there, rules) == 0755);
  CHECK(wanted_mode(source, &there, {.perms = true, .umask = 022}) == 06777);
}

TEST_CASE("Times that the dest cannot keep are not compared")
{
  Entry source = file();
  source.mtime.nanoseconds = 123456789;
  Entry dest = file();
  dest.mtime.nanoseconds = 123456700;
  CHECK(compare(source, dest, {.times = true}).difference == Difference::content);
  CHECK(compare(source, dest, {.times = true, .grain_ns = 100}).difference == Difference::none);
}
