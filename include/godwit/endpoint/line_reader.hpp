#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <vector>

#include "godwit/endpoint/waker.hpp"
#include "godwit/proto/chunk_order.hpp"

namespace godwit::endpoint {

// The chunks of one direction, from one or more descriptors, which it borrows and
// makes nonblocking. Used by one thread, but for add(), which any may call. Once a
// line has ended, what the others still bring is handed out, then the end is told.
class LineReader
{
public:
  LineReader(int fd, const Waker& waker);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  // Seconds without a byte of what comes next after which read() fails; 0: it waits.
  void set_timeout(int seconds) { m_timeout_s = seconds; }
  int timeout_s() const { return m_timeout_s; }

  // One more line. `on_heard` is called once on the reading thread: true with the first bytes; false
  // where it ends without any, which is no error.
  using OnHeard = std::function<void(bool)>;
  void add(int fd, OnHeard on_heard);

  // Whole chunks in their order; empty: the end. Valid until the next call. `deadline` bounds the wait
  // beside the timeout.
  Result<ByteView> read(Deadline deadline);

  // Before the first read(), for what comes ahead of the first chunk: what is there;
  // more of it (false: it ended); and away with so much of it.
  ByteView early() const { return m_order.unread(0); }
  Result<bool> read_early(Deadline deadline);
  void skip_early(std::size_t count) { m_order.skip(0, count); }

  std::uint64_t bytes() const { return m_bytes; }
  // So long it waited with nothing to read.
  std::uint64_t waited_us() const { return m_waited_us; }

private:
  using Clock = std::chrono::steady_clock;
  struct Line {
    int fd = -1;
    OnHeard on_heard;
  };

  void adopt();
  Result<> read_some(Deadline deadline);
  Result<> wait_and_read(Deadline deadline);
  Result<bool> read_line(std::size_t line);
  void end_line(std::size_t line);
  Result<ByteView> end_of_stream() const;
  Clock::time_point silence_ends() const;

  const Waker& m_waker;
  int m_timeout_s = 0;
  int m_changed; // eventfd: readable while m_added holds something
  std::vector<Line> m_lines;
  proto::ChunkOrder m_order;
  std::vector<pollfd> m_polled;
  std::vector<std::size_t> m_polled_lines;
  Clock::time_point m_last_heard = Clock::now();
  Clock::time_point m_patience_ends = Clock::time_point::max(); // with the other lines, once one has ended
  bool m_has_ended = false;
  std::atomic<std::uint64_t> m_bytes = 0;
  std::atomic<std::uint64_t> m_waited_us = 0;
  std::mutex m_mutex;
  std::vector<Line> m_added; // not yet adopted
};

} // namespace godwit::endpoint
