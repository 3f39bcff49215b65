#pragma once

#include <sys/types.h>

namespace godwit::endpoint {

// The far end of a run: greets, opens what it is asked to, confines itself to
// that, then hands each request to a Local and sends its answers back, until
// it is told to finish or the line ends. Returns the exit code. The umask of
// the process is 0 by now, `user_umask` what it was. Called before there are threads.
int run_agent(int in_fd, int out_fd, mode_t user_umask);

} // namespace godwit::endpoint
