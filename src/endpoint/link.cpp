#include "godwit/endpoint/link.hpp"

#include <algorithm>
#include <array>

#include "godwit/base/assert.hpp"

namespace godwit::endpoint {

namespace {

using std::chrono::microseconds;

// No shell prints it, no terminal or 7-bit line passes it unchanged.
constexpr std::array<unsigned char, 16> magic = {0x89, 'G',  'D',  'W',  'T',  0x0D, 0x0A, 0x1A,
                                                 0x0A, 0x00, 0xFF, 0xC5, 0x3E, 0x97, 0x81, 0xE2};
constexpr std::size_t max_noise_bytes = 64U << 10U;
constexpr auto keepalive_interval = std::chrono::milliseconds(500);
constexpr auto rest_interval = std::chrono::milliseconds(2); // how soon a new message gets a line that is free
// A page of an unchanged stretch is smaller than what a packet of its own costs: it waits for others.
constexpr auto page_patience = std::chrono::milliseconds(5);
constexpr auto pace_interval = std::chrono::milliseconds(250);
constexpr std::uint64_t least_paced_bytes = 64U << 10U; // fewer tell nothing

std::int64_t
now_us()
{
  return std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

} // namespace

Link::Link(int in_fd, int out_fd, const LinkSettings& settings)
    : m_in(in_fd, m_waker), m_out(out_fd, m_waker), m_writer(0), m_inbox(settings.inbox_bytes),
      m_levels(settings.compress, settings.bytes_per_second)
{
  m_writer.use(m_levels.current());
  m_in.set_timeout(settings.timeout_s);
  m_out.set_timeout(settings.timeout_s);
  m_out.set_rate(settings.bytes_per_second);
}

void
Link::start()
{
  m_write_thread = std::jthread([this] { write_loop(); });
}

void
Link::set_compression(const CompressWish& wish, std::uint64_t known_rate)
{
  m_levels = LevelChoice(wish, known_rate);
  m_writer.use(m_levels.current());
}

void
Link::shorten_timeout(int seconds)
{
  m_in.set_timeout(std::min(m_in.timeout_s(), seconds));
  m_out.set_timeout(m_in.timeout_s());
}

Result<>
Link::write_now(const proto::Message& message)
{
  m_writer.add(message);
  TRY(m_out.write(m_writer.flush()));
  return m_out.drain();
}

Link::~Link()
{
  abort();
  if (m_write_thread.joinable()) {
    m_write_thread.join();
  }
}

void
Link::abort()
{
  m_waker.wake();
  m_outbox.close();
  m_inbox.close();
}

Result<>
Link::write_magic()
{
  return m_out.write(std::as_bytes(std::span(magic)));
}

Result<std::string>
Link::find_magic(Clock::time_point deadline)
{
  const std::string_view wanted = as_text(std::as_bytes(std::span(magic)));
  while (true) {
    const std::string_view came = as_text(m_in.early());
    const std::size_t at = came.find(wanted);
    if (at != std::string_view::npos) {
      std::string noise(came.substr(0, at));
      m_in.skip_early(at + magic.size());
      return noise;
    }
    if (came.size() > max_noise_bytes) {
      return make_error(ErrorKind::protocol, std::string(came));
    }
    TRY_ASSIGN(const bool more, m_in.read_early(deadline));
    if (!more) {
      const std::string all(as_text(m_in.early()));
      return make_error(all.empty() ? ErrorKind::stream : ErrorKind::protocol, all);
    }
  }
}

void
Link::add_line(int in_fd, int out_fd, Use use, LineReader::OnHeard on_heard)
{
  if (use == Use::at_once) { // chunks may be on it soon: it cannot be done without any more
    ASSERT(!on_heard);
    m_in.add(in_fd, nullptr);
    m_out.add(out_fd);
    send({proto::Keepalive{}, {}}); // so that the peer hears of it
    return;
  }
  m_in.add(in_fd, [this, out_fd, on_heard = std::move(on_heard)](bool is_heard) {
    if (is_heard) {
      m_out.add(out_fd);
    }
    if (on_heard) {
      on_heard(is_heard);
    }
  });
}

void
Link::send(Parcel parcel)
{
  m_outbox.push(std::move(parcel));
}

Result<Parcel>
Link::receive(Deadline deadline)
{
  auto parcel = receive_next(deadline);
  if (!parcel && parcel.error().kind == ErrorKind::stopped) {
    const std::scoped_lock lock(m_error_mutex);
    if (!m_write_outcome && m_write_outcome.error().kind == ErrorKind::timeout) {
      return m_write_outcome.error();
    }
  }
  return parcel;
}

Result<Parcel>
Link::receive_next(Deadline deadline)
{
  while (true) {
    TRY_ASSIGN(std::optional<proto::Message> next, m_reader.next());
    if (next) {
      if (const auto* keepalive = std::get_if<proto::Keepalive>(&*next)) {
        take(*keepalive);
        continue;
      }
      if (const auto* pace = std::get_if<proto::Pace>(&*next)) {
        note_pace(*pace);
        continue;
      }
      m_listing += proto::is_about_listing(*next) ? m_reader.message_bytes() : 0;
      const std::size_t cost = proto::payload_bytes(*next);
      return Parcel{*std::move(next), cost == 0 ? Lease() : m_inbox.take(cost)};
    }
    TRY_ASSIGN(const ByteView chunks, m_in.read(deadline));
    if (chunks.empty()) {
      return make_error(ErrorKind::stream, "connection closed by the other side before the end");
    }
    m_reader.feed(chunks);
  }
}

// An echo that is due already is not owed twice, however often it is asked for.
void
Link::take(const proto::Keepalive& keepalive)
{
  if (keepalive.ask != 0 && m_echo_due.exchange(keepalive.ask) == 0) {
    send({proto::Keepalive{}, {}});
  }
  const auto asked = static_cast<std::int64_t>(keepalive.echo);
  if (asked != 0 && asked == m_echo_asked) {
    const std::int64_t took = std::max<std::int64_t>(now_us() - asked, 1);
    const std::int64_t before = m_round_trip_us;
    m_round_trip_us = before == 0 ? took : std::min(before, took);
    m_echo_asked = 0;
  }
}

void
Link::ask_for_echo()
{
  std::int64_t none = 0;
  const std::int64_t now = now_us();
  if (m_echo_asked.compare_exchange_strong(none, now)) {
    send({proto::Keepalive{static_cast<std::uint64_t>(now), 0}, {}});
  }
}

std::optional<microseconds>
Link::round_trip() const
{
  const std::int64_t us = m_round_trip_us;
  return us == 0 ? std::nullopt : std::optional(microseconds(us));
}

Result<>
Link::finish()
{
  m_outbox.close();
  if (m_write_thread.joinable()) {
    m_write_thread.join();
  }
  const std::scoped_lock lock(m_error_mutex);
  return m_write_outcome;
}

void
Link::add_to_frame(proto::Message message)
{
  if (auto* keepalive = std::get_if<proto::Keepalive>(&message)) {
    keepalive->echo = m_echo_due.exchange(0);
  }
  m_is_urgent = m_is_urgent || !std::holds_alternative<proto::Page>(message);
  const std::size_t before = m_writer.pending_bytes();
  m_writer.add(message);
  m_listing += proto::is_about_listing(message) ? m_writer.pending_bytes() - before : 0;
}

void
Link::write_loop()
{
  Result<> outcome = write_queued();
  if (outcome) {
    return;
  }
  const bool is_stuck = outcome.error().kind == ErrorKind::timeout;
  {
    const std::scoped_lock lock(m_error_mutex);
    m_write_outcome = std::move(outcome);
  }
  m_outbox.close();
  if (is_stuck) {
    abort(); // the reader, who may be hearing keepalives still, tells why
  }
  while (m_outbox.try_pop()) { // whoever waits for their leases goes on
  }
}

void
Link::add_pace()
{
  if (m_tells_near.exchange(false)) {
    m_writer.add(proto::Pace{0, 0, 0, true});
  }
  const Clock::time_point now = Clock::now();
  const std::uint64_t bytes = m_in.bytes();
  if (now - m_told < pace_interval) {
    return;
  }
  const std::uint64_t waited_us = m_in.waited_us();
  if (bytes - m_told_bytes >= least_paced_bytes) {
    const auto stretch = std::chrono::duration_cast<std::chrono::microseconds>(now - m_told);
    m_writer.add(proto::Pace{bytes - m_told_bytes, static_cast<std::uint64_t>(stretch.count()),
                             waited_us - m_told_waited_us, m_is_near});
  }
  m_told = now;
  m_told_bytes = bytes;
  m_told_waited_us = waited_us;
}

void
Link::note_pace(const proto::Pace& pace)
{
  constexpr double us = 1e-6;
  LevelChoice::Arrival arrival;
  arrival.bytes = pace.bytes;
  arrival.stretch = LevelChoice::Seconds(static_cast<double>(pace.stretch_us) * us);
  arrival.waited = LevelChoice::Seconds(static_cast<double>(pace.waited_us) * us);
  m_is_near = m_is_near || pace.is_near;
  if (pace.stretch_us != 0) {
    const std::scoped_lock lock(m_pace_mutex);
    m_pace = arrival;
  }
}

// Sends what is pending, and learns from it how hard to compress what follows.
Result<>
Link::write_measured()
{
  const std::uint64_t from = m_writer.compressed_from();
  const std::uint64_t to = m_writer.compressed_to();
  const Clock::time_point began = Clock::now();
  const ByteView wire = m_writer.flush();
  const Clock::time_point packed = Clock::now();
  TRY(m_out.write(wire));
  const Clock::time_point written = Clock::now();
  m_levels.sent(wire.size(), packed - began, written - packed);
  m_levels.packed(m_writer.compressed_from() - from, m_writer.compressed_to() - to);
  {
    const std::scoped_lock lock(m_pace_mutex);
    if (m_pace) {
      m_levels.arrived(*m_pace);
      m_pace.reset();
    }
  }
  if (m_is_near) {
    m_levels.peer_is_near();
  }
  if (const auto changed = m_levels.next(written)) {
    m_writer.use(*changed);
  }
  return {};
}

// What goes with the pending messages.
std::optional<Parcel>
Link::next_for_frame(Clock::time_point patient_until)
{
  return m_is_urgent ? m_outbox.try_pop() : m_outbox.pop_until(patient_until);
}

// Until the outbox is closed and empty.
Result<>
Link::write_queued()
{
  while (true) {
    while (m_out.has_rest() && m_outbox.is_empty()) {
      const Clock::time_point began = Clock::now();
      TRY(m_out.write_rest(began + rest_interval));
      m_levels.sent(0, {}, Clock::now() - began);
    }
    std::optional<Parcel> parcel = m_outbox.pop_until(Clock::now() + keepalive_interval);
    if (!parcel && m_outbox.is_finished()) {
      return m_out.drain();
    }
    m_is_urgent = false;
    add_to_frame(parcel ? std::move(parcel->message) : proto::Message(proto::Keepalive{}));
    parcel.reset();
    const Clock::time_point patient_until = Clock::now() + page_patience;
    while (m_writer.pending_bytes() < proto::chunk_target_bytes && (parcel = next_for_frame(patient_until))) {
      add_to_frame(std::move(parcel->message));
      parcel.reset();
    }
    add_pace();
    TRY(write_measured());
    while (m_out.has_fresh_line()) {
      add_to_frame(proto::Keepalive{});
      TRY(m_out.write(m_writer.flush()));
    }
  }
}

} // namespace godwit::endpoint
