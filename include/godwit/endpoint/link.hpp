#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "godwit/base/channel.hpp"
#include "godwit/base/rate_limit.hpp"
#include "godwit/endpoint/endpoint.hpp"
#include "godwit/proto/frame.hpp"

namespace godwit::endpoint {

struct LinkSettings {
  int timeout_s = 120;    // without a byte from the peer; 0: none
  int compress_level = 1; // of what we send; 0: none
  std::uint64_t bytes_per_second = 0;
  std::size_t inbox_bytes = 32U << 20U; // payload that may be under way on this side
};

// Messages over two descriptors, which it borrows and makes nonblocking. One
// thread reads (receive()), send() queues from any thread, and from start() on a
// thread of the Link's own writes, with a keepalive where nothing else was sent
// for a while. Before start() there is only write_now().
class Link
{
public:
  Link(int in_fd, int out_fd, const LinkSettings& settings);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  void start();
  // Before start(), and only where nothing compressed was sent yet.
  void set_compress_level(int level) { m_writer.set_level(level); }
  void shorten_timeout(int seconds) { m_settings.timeout_s = std::min(m_settings.timeout_s, seconds); }
  Result<> write_now(const proto::Message& message);
  // The 16 bytes with which an agent begins, before any message.
  Result<> write_magic();
  // Finds them behind whatever a login shell printed; returns that. `deadline` bounds the wait.
  Result<std::string> find_magic(std::chrono::steady_clock::time_point deadline);

  void send(Parcel parcel);
  // The next message that is no keepalive; its payload is on this Link's budget.
  // `deadline`, if given, bounds the wait beside the timeout.
  using Deadline = std::optional<std::chrono::steady_clock::time_point>;
  Result<Parcel> receive(Deadline deadline = std::nullopt);
  // Writes what is queued, then ends the writer. The peer still can be read.
  Result<> finish();
  // Wakes whoever waits, now and later. Any thread.
  void abort();

  std::uint64_t bytes_sent() const { return m_sent; }
  std::uint64_t bytes_received() const { return m_received; }
  std::uint64_t listing_bytes() const { return m_listing; } // both ways, uncompressed

private:
  using Clock = std::chrono::steady_clock;

  void add_to_frame(const proto::Message& message);
  Result<Parcel> receive_next(Deadline deadline);
  void write_loop();
  Result<> write_all(ByteView bytes);
  Result<> wait_for(int fd, short events, Deadline deadline);
  Result<bool> read_some(Deadline deadline);
  Clock::time_point silence_ends() const;

  int m_in;
  int m_out;
  int m_wake; // eventfd: readable once aborted
  LinkSettings m_settings;
  proto::FrameReader m_reader;
  proto::FrameWriter m_writer;
  Bytes m_buffer;
  Bytes m_early; // read while looking for the magic, not yet decoded
  RateLimit m_in_limit;
  RateLimit m_out_limit;
  Clock::time_point m_last_heard;
  Channel<Parcel> m_outbox;
  Budget m_inbox;
  std::atomic<bool> m_aborted = false;
  std::atomic<std::uint64_t> m_sent = 0;
  std::atomic<std::uint64_t> m_received = 0;
  std::atomic<std::uint64_t> m_listing = 0;
  std::mutex m_error_mutex;
  Result<> m_write_outcome;
  std::jthread m_write_thread;
};

} // namespace godwit::endpoint
