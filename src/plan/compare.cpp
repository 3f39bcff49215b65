#include "godwit/plan/compare.hpp"

#include <algorithm>

namespace godwit::plan
{

using model::Entry;
using model::Time;
using model::Type;

namespace
{

bool
is_device(Type type)
{
  return type == Type::char_device || type == Type::block_device;
}

bool
is_special(Type type)
{
  return type == Type::fifo || type == Type::socket;
}

// As the dest would keep it.
Time
kept_time(const Time& time, const CompareRules& rules)
{
  return {time.seconds, time.nanoseconds - time.nanoseconds % rules.grain_ns};
}

bool
has_same_time(const Entry& source, const Entry& dest, const CompareRules& rules)
{
  return same_time(kept_time(source.mtime, rules), dest.mtime, rules.modify_window_s);
}

bool
same_file_content(const Entry& source, const Entry& dest, const CompareRules& rules)
{
  if (source.size != dest.size) {
    return false;
  }
  if (rules.checksum) {
    return source.digest() == dest.digest() &&
           source.digest() != Hash128{}; // none where the file could not be read
  }
  return rules.size_only || (!rules.ignore_times && has_same_time(source, dest, rules));
}

bool
same_content(const Entry& source, const Entry& dest, const CompareRules& rules)
{
  if (source.type == Type::regular) {
    return same_file_content(source, dest, rules);
  }
  if (source.type == Type::symlink) {
    return source.target() == dest.target();
  }
  return source.type == dest.type && (!is_device(source.type) || source.device() == dest.device());
}

// With -c a file's time is set to the nanosecond, and not told of where it counts as equal.
bool
is_time_inexact(const Entry& source, const Entry& dest, const CompareRules& rules)
{
  return rules.checksum && source.type == Type::regular && keeps_time(source.type, rules) &&
         kept_time(source.mtime, rules) != dest.mtime;
}

bool
is_other_id(std::uint32_t wanted, std::uint32_t there)
{
  return wanted != model::keep_id && wanted != there;
}

} // namespace

CompareRules
CompareRules::from(const model::Options& options, std::uint32_t umask)
{
  return {.perms = options.perms,
          .times = options.times,
          .omit_dir_times = options.omit_dir_times,
          .owner = options.owner,
          .group = options.group,
          .checksum = options.checksum,
          .ignore_times = options.ignore_times,
          .size_only = options.size_only,
          .modify_window_s = options.modify_window_s,
          .umask = umask};
}

bool
keeps_time(Type type, const CompareRules& rules)
{
  return rules.times && !(type == Type::folder && rules.omit_dir_times);
}

bool
same_time(const Time& a, const Time& b, std::int64_t window_s)
{
  if (window_s > 0) {
    const auto [early, late] = std::minmax(a.seconds, b.seconds);
    return static_cast<std::uint64_t>(late) - static_cast<std::uint64_t>(early) <=
           static_cast<std::uint64_t>(window_s);
  }
  if (a.seconds != b.seconds) {
    return false;
  }
  const bool is_whole = window_s == 0 && (a.nanoseconds == 0 || b.nanoseconds == 0);
  return is_whole || a.nanoseconds == b.nanoseconds;
}

bool
same_kind(Type a, Type b)
{
  return a == b || (is_device(a) && is_device(b)) || (is_special(a) && is_special(b));
}

std::uint32_t
wanted_mode(const Entry& source, const Entry* there, const CompareRules& rules)
{
  if (rules.perms || source.type == Type::symlink) {
    return source.mode & 07777U;
  }
  if (there != nullptr && same_kind(source.type, there->type)) {
    return there->mode & 07777U;
  }
  return source.mode & 0777U & ~rules.umask;
}

Comparison
compare(const Entry& source, const Entry& dest, const CompareRules& rules)
{
  Comparison result;
  if (!same_kind(source.type, dest.type)) {
    result.difference = Difference::type;
    return result;
  }
  const bool is_new_content = !same_content(source, dest, rules);
  model::Changes& changes = result.changes;
  changes.content = is_new_content && (source.type != Type::regular || rules.checksum);
  changes.size = source.type == Type::regular && source.size != dest.size;
  changes.time = keeps_time(source.type, rules) ? !has_same_time(source, dest, rules) : is_new_content;
  changes.mode = rules.perms && source.type != Type::symlink && ((source.mode ^ dest.mode) & 07777U) != 0;
  changes.owner = rules.owner && is_other_id(source.uid, dest.uid);
  changes.group = rules.group && is_other_id(source.gid, dest.gid);
  const bool is_other = changes.any() || is_time_inexact(source, dest, rules);
  result.difference = is_new_content ? Difference::content : is_other ? Difference::metadata : Difference::none;
  return result;
}

} // namespace godwit::plan
