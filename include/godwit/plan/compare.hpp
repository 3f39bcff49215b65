#pragma once
// What is to be done where source and dest have an entry of one name. Pure.

#include <cstdint>

#include "godwit/model/action.hpp"
#include "godwit/model/entry.hpp"
#include "godwit/model/options.hpp"

namespace godwit::plan
{

struct CompareRules {
  bool perms = false;
  bool times = false;
  bool omit_dir_times = false;
  bool owner = false;
  bool group = false;
  bool checksum = false;
  bool ignore_times = false;
  bool size_only = false;
  std::int64_t modify_window_s = 0; // -1: nanoseconds, zero or not
  std::uint32_t umask = 0;          // of the dest's user
  std::uint32_t grain_ns = 1;       // of the dest's times: what it cannot keep is not compared

  static CompareRules from(const model::Options& options, std::uint32_t umask);
};

enum class Difference : std::uint8_t { none, metadata, content, type };

struct Comparison {
  Difference difference = Difference::none;
  // What -i reports of it. As in rsync, a change of content counts as one of the time where times are
  // not kept (`T`), and under -c a transfer counts as one of `content`. Nothing is set for `type`.
  model::Changes changes;
};

// Whether entries of this type get the source's mtime.
bool keeps_time(model::Type type, const CompareRules& rules);

// In nanoseconds; where the seconds are equal and either has no nanoseconds, the seconds decide.
// `window_s` > 0: at most so many seconds apart; -1: exactly.
bool same_time(const model::Time& a, const model::Time& b, std::int64_t window_s);

// Whether one can turn into the other by new content: equal, or two devices, or fifo and socket.
bool same_kind(model::Type a, model::Type b);

// The mode that the entry is to have at the dest. `there` is what stands there, or null: without
// -p an entry of the same kind keeps its mode, a new one gets the source's less what the umask takes.
std::uint32_t wanted_mode(const model::Entry& source, const model::Entry* there, const CompareRules& rules);

// `source` as it should be at the dest: its ids mapped, keep_id where they are not to be set.
Comparison compare(const model::Entry& source, const model::Entry& dest, const CompareRules& rules);

} // namespace godwit::plan
