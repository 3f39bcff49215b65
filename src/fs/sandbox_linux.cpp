#include "godwit/fs/sandbox_linux.hpp"

#include <algorithm>
#include <cerrno>

#include <sys/prctl.h>
#include <sys/resource.h>

#include "call_filter.hpp"
#include "godwit/fs/staged_name.hpp"
#include "kernel.hpp"
#include "landlock.hpp"

namespace godwit::fs {
namespace {

constexpr int refer_version = 2;
// The walks, the open files of the window and the held folders stay far below.
constexpr rlim_t wanted_descriptors = 16384;

void
limit_resources()
{
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < wanted_descriptors) {
    files.rlim_cur = std::min(files.rlim_max, wanted_descriptors);
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
}

bool
has_fchmodat2()
{
  return chmod_handle(-1, 0) != 0 && errno == EBADF;
}

SandboxLevel
level_of(bool files, bool calls)
{
  if (files) {
    return calls ? SandboxLevel::full : SandboxLevel::files_confined;
  }
  return calls ? SandboxLevel::calls_filtered : SandboxLevel::descriptors_only;
}

std::string
describe(int version, bool files, bool calls, bool by_descriptor)
{
  std::string text = "confined by: held descriptors";
  text += files ? ", Landlock " + std::to_string(version) : "";
  text += calls ? ", a call filter" : "";
  text += files ? "" : version == 0 ? "; this kernel has no Landlock" : "; Landlock refused a root";
  text += calls ? "" : "; this kernel takes no call filter";
  text += calls && !by_descriptor ? "; fchmodat stays open, as this kernel has no fchmodat2" : "";
  return text;
}

} // namespace

Result<Sandbox>
enter_sandbox(const SandboxPlan& plan)
{
  prepare_staged_names();
  limit_resources();
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return sys_error("cannot give up new privileges");
  }
  const int version = landlock_version();
  const bool files = version > 0 && enter_landlock(version, plan);
  const bool by_descriptor = has_fchmodat2();
  const bool calls = install_call_filter(by_descriptor, plan.accepts_on);
  Sandbox sandbox;
  sandbox.level = level_of(files, calls);
  sandbox.allows_cross_folder_renames = !files || version >= refer_version;
  sandbox.text = describe(version, files, calls, by_descriptor);
  return sandbox;
}

} // namespace godwit::fs
