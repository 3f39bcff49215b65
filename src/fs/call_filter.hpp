#pragma once

namespace godwit::fs {

// Refuses, with EPERM and for the rest of the process's life, in all its threads:
// new programs, sockets (but to accept on `accepts_on`, a descriptor that stays
// open, or -1), tracing, kernel rings, and every call that changes metadata by a
// path. utimensat, fchownat and fchmodat2 pass only with a null path or the address
// of `empty_path`. False where the kernel has no filters.
//
// fchmodat stays open where fchmodat2 is missing (before Linux 6.6): what cannot be
// opened is then reached through /proc/self/fd.
bool install_call_filter(bool has_fchmodat2, int accepts_on);

} // namespace godwit::fs
