#pragma once
// SIGINT, SIGTERM and SIGHUP as one request to stop, for the whole process.

#include <stop_token>

#include "godwit/base/result.hpp"

namespace godwit
{

// Installs the handlers; called once, by main, before other threads start. A
// signal that the process was started with as ignored (nohup) stays ignored.
// The first signal requests the stop; a second one ends the process at once
// with exit code 20.
Result<> install_stop_signals();

// What everything that waits watches; its callbacks run on a thread of their
// own. Without install_stop_signals() it is never requested by a signal.
std::stop_token stop_token();

// Readable from the first signal on, for whoever polls; never read it. -1
// without install_stop_signals().
int stop_fd();

// The signal that asked to stop, or 0.
int stop_signal();

} // namespace godwit
