#pragma once

#include <chrono>
#include <string>

namespace godwit::transport
{

// How the far end's command ended.
struct ExitReport {
  int code = 0;            // what the remote shell returned (127, 126, 255, ...); 128 + signal when by_signal
  bool by_signal = false;  // the local program (ssh, the -e command) was killed, by us or others
  std::string stderr_tail; // the last lines of its stderr, escaped, at most 32 KiB
};

// Two byte streams to a program elsewhere, whatever carries them.
//
// in_fd() and out_fd() are sockets, blocking until the user makes them
// nonblocking; each may be used by a thread of its own. Writing to a far end
// that is gone fails with EPIPE: the program ignores SIGPIPE. kill() may be
// called by any thread at any time, also while others block in read or write;
// the rest by one thread. The destructor ends what still runs.
class Connection
{
public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  // Bytes from the far end; end of file when it closed its stdout or went away.
  virtual int in_fd() const = 0;
  // Bytes to the far end.
  virtual int out_fd() const = 0;
  // The far end's stdin ends after what was written.
  virtual void shutdown_write() = 0;
  // Ends both streams at once: blocked readers see the end, writers EPIPE. Does not wait.
  virtual void kill() = 0;
  // Waits for the far end's command to end; kills at `deadline`. Later calls return the same.
  virtual ExitReport wait(std::chrono::steady_clock::time_point deadline) = 0;
};

} // namespace godwit::transport
