#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "godwit/base/result.hpp"

namespace godwit::fs {

enum class Access : std::uint8_t { read_only, read_write };

// A folder (or file) that stays reachable, by a held descriptor.
struct SandboxRoot {
  int fd = -1;
  Access access = Access::read_only;
};

struct SandboxPlan {
  std::span<const SandboxRoot> roots;
  bool reads_everywhere = false; // source with -L or -k: links may lead anywhere
  int accepts_on = -1;           // the one socket on which connections may still be accepted
};

enum class SandboxLevel : std::uint8_t {
  descriptors_only, // neither the kernel's file system rules nor the call filter
  calls_filtered,   // seccomp, no Landlock
  files_confined,   // Landlock, no seccomp
  full,
};

struct Sandbox {
  SandboxLevel level = SandboxLevel::descriptors_only;
  // False: below version 2 of Landlock renames between folders fail with EXDEV.
  bool allows_cross_folder_renames = true;
  std::string text; // one line for -vv: the level and what is missing
};

// Confines the process for good: no new privileges, no core files, file system
// access below the roots only, no path forms of chmod, chown and utimes, no
// new programs or sockets. What the kernel lacks is left out and said. To be
// called once, before there are threads; fails only where nothing could be
// limited at all.
Result<Sandbox> enter_sandbox(const SandboxPlan& plan);

} // namespace godwit::fs
