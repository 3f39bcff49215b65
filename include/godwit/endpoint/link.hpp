#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "godwit/base/channel.hpp"
#include "godwit/endpoint/compress_wish.hpp"
#include "godwit/endpoint/endpoint.hpp"
#include "godwit/endpoint/level_choice.hpp"
#include "godwit/endpoint/line_reader.hpp"
#include "godwit/endpoint/line_writer.hpp"
#include "godwit/proto/frame.hpp"

namespace godwit::endpoint {

struct LinkSettings {
  int timeout_s = 120;    // without a byte from the peer; 0: none
  CompressWish compress;  // of what we send
  std::uint64_t bytes_per_second = 0; // of what we send; 0: no limit
  std::size_t inbox_bytes = 32U << 20U; // payload that may be under way on this side
};

// Messages over two descriptors, or over several pairs of them, which it borrows
// and makes nonblocking. One thread reads (receive()), send() queues from any
// thread, and from start() on a thread of the Link's own writes, with a keepalive
// where nothing else was sent for a while. Before start() there is only write_now().
//
// A keepalive proves that the peer's machine, its process and the lines are there,
// not that its disk answers: whoever hashes a large file for an hour is not to be
// cut off. So a peer that sends nothing else keeps a run alive; the user ends it.
class Link
{
public:
  Link(int in_fd, int out_fd, const LinkSettings& settings);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  void start();
  // Before start().
  void set_compression(const CompressWish& wish, std::uint64_t known_rate);
  // Once it is known: the other side answers fast. Any thread.
  void peer_is_near()
  {
    m_is_near = true;
    m_tells_near = true;
  }
  // Before start().
  void shorten_timeout(int seconds);
  Result<> write_now(const proto::Message& message);
  // The 16 bytes with which an agent begins, before any message.
  Result<> write_magic();
  // Finds them behind whatever a login shell printed; returns that. `deadline` bounds the wait.
  Result<std::string> find_magic(std::chrono::steady_clock::time_point deadline);

  // One more pair of descriptors to the same peer, which reads from it already. It is written to
  // at once, or once the peer was heard on it. `on_heard` is called once on the reading thread;
  // false: it ended before, and the link does without.
  enum class Use { at_once, when_heard };
  void add_line(int in_fd, int out_fd, Use use, LineReader::OnHeard on_heard = nullptr);
  // Of all lines together; 0: no limit. Any thread.
  void set_rate(std::uint64_t bytes_per_second) { m_out.set_rate(bytes_per_second); }

  void send(Parcel parcel);
  // Waits while more than `count` messages are queued. Any thread.
  void wait_for_room(std::size_t count) { m_outbox.wait_below(count + 1); }
  // The next message that is meant for others than the Link; its payload is on this Link's budget.
  // `deadline`, if given, bounds the wait beside the timeout.
  Result<Parcel> receive(Deadline deadline = std::nullopt);
  // Writes what is queued, then ends the writer. The peer still can be read.
  Result<> finish();
  // Wakes whoever waits, now and later. Any thread.
  void abort();

  // Asks the peer for an echo, unless one is awaited; nothing waits for it. Any thread.
  void ask_for_echo();
  // The shortest time that an echo took; none yet: nothing. Any thread.
  std::optional<std::chrono::microseconds> round_trip() const;

  std::uint64_t bytes_sent() const { return m_out.bytes(); }
  std::uint64_t bytes_received() const { return m_in.bytes(); }
  std::uint64_t listing_bytes() const { return m_listing; } // both ways, uncompressed

private:
  using Clock = std::chrono::steady_clock;

  Result<Parcel> receive_next(Deadline deadline);
  void take(const proto::Keepalive& keepalive);
  void write_loop();
  Result<> write_queued();
  void add_to_frame(proto::Message message);
  std::optional<Parcel> next_for_frame(Clock::time_point patient_until);
  void add_pace();
  void note_pace(const proto::Pace& pace);
  Result<> write_measured();

  Waker m_waker;
  LineReader m_in;
  LineWriter m_out;
  proto::FrameReader m_reader;
  proto::FrameWriter m_writer;
  Channel<Parcel> m_outbox;
  Budget m_inbox;
  LevelChoice m_levels; // the writer's
  bool m_is_urgent = false; // the writer's, too: what is pending does not wait for more
  std::atomic<bool> m_is_near = false;
  std::atomic<bool> m_tells_near = false; // the next frame does
  std::mutex m_pace_mutex;
  std::optional<LevelChoice::Arrival> m_pace; // what the peer told last
  std::uint64_t m_told_bytes = 0;             // until the last Pace, like the next two
  std::uint64_t m_told_waited_us = 0;
  Clock::time_point m_told = Clock::now();
  std::atomic<std::uint64_t> m_listing = 0;
  std::atomic<std::uint64_t> m_echo_due = 0;   // what the peer wants back
  std::atomic<std::int64_t> m_echo_asked = 0;  // when we asked, in µs; 0: nothing is awaited
  std::atomic<std::int64_t> m_round_trip_us = 0;
  std::mutex m_error_mutex;
  Result<> m_write_outcome;
  std::jthread m_write_thread;
};

} // namespace godwit::endpoint
