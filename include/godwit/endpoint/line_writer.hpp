#pragma once

#include <atomic>
#include <mutex>
#include <vector>

#include "godwit/base/bytes.hpp"
#include "godwit/base/rate_limit.hpp"
#include "godwit/endpoint/waker.hpp"

namespace godwit::endpoint {

// Deals the chunks of one direction to one or more descriptors, which it borrows and
// makes nonblocking: each to one that has room. One limit for all of them together.
// Used by one thread, but for add() and set_rate(), which any may call.
class LineWriter
{
public:
  LineWriter(int fd, const Waker& waker);

  // Seconds without room on any line after which a write fails; 0: it waits.
  void set_timeout(int seconds) { m_timeout_s = seconds; }
  void set_rate(std::uint64_t bytes_per_second) { m_limit.set_rate(bytes_per_second); }
  // One more line; it gets the next chunk.
  void add(int fd);
  // A line was never written to, so the peer cannot know that it is used: it is to get a chunk.
  bool has_fresh_line() const;

  // Whole chunks (any bytes, while there is one line). With several lines the ends
  // of some may stay behind: has_rest().
  Result<> write(ByteView chunks);
  bool has_rest() const;
  // Writes on where there is room, until something moved or `deadline`.
  Result<> write_rest(Deadline deadline);
  // Until all is with the kernel.
  Result<> drain();

  std::uint64_t bytes() const { return m_bytes; }

private:
  using Clock = std::chrono::steady_clock;
  struct Line {
    int fd = -1;
    Bytes rest; // of its last chunk
    bool is_fresh = false;
  };

  void adopt();
  std::size_t next_line(std::size_t at, bool moves_on) const;
  Result<> write_whole(const Line& line, ByteView bytes);
  Result<std::size_t> idle_line();
  Result<std::size_t> put(const Line& line, ByteView bytes);
  Clock::time_point stuck_at() const;

  const Waker& m_waker;
  int m_timeout_s = 0;
  RateLimit m_limit;
  std::vector<Line> m_lines;
  std::size_t m_at = 0; // the line whose turn it is
  std::vector<pollfd> m_polled;
  std::vector<std::size_t> m_polled_lines;
  Clock::time_point m_last_moved = Clock::now();
  std::atomic<std::uint64_t> m_bytes = 0;
  std::mutex m_mutex;
  std::vector<int> m_added; // not yet adopted
};

} // namespace godwit::endpoint
