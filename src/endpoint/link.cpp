#include "godwit/endpoint/link.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <fmt/format.h>

#include "godwit/base/assert.hpp"

namespace godwit::endpoint {

namespace {

// No shell prints it, no terminal or 7-bit line passes it unchanged.
constexpr std::array<unsigned char, 16> magic = {0x89, 'G',  'D',  'W',  'T',  0x0D, 0x0A, 0x1A,
                                                 0x0A, 0x00, 0xFF, 0xC5, 0x3E, 0x97, 0x81, 0xE2};
constexpr std::size_t max_noise_bytes = 64U << 10U;
constexpr std::size_t read_bytes = 256U << 10U;
constexpr auto keepalive_interval = std::chrono::milliseconds(500);

void
make_nonblocking(int fd)
{
  const int flags = ::fcntl(fd, F_GETFL);
  ::fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

Error
peer_is_gone()
{
  return make_error(ErrorKind::stream, "connection closed by the other side before the end");
}

} // namespace

Link::Link(int in_fd, int out_fd, const LinkSettings& settings)
    : m_in(in_fd), m_out(out_fd), m_wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), m_settings(settings),
      m_writer(settings.compress_level), m_in_limit(settings.bytes_per_second),
      m_out_limit(settings.bytes_per_second), m_last_heard(Clock::now()), m_inbox(settings.inbox_bytes)
{
  ASSERT(m_wake != -1);
  make_nonblocking(m_in);
  make_nonblocking(m_out);
}

void
Link::start()
{
  m_write_thread = std::jthread([this] { write_loop(); });
}

Result<>
Link::write_now(const proto::Message& message)
{
  m_writer.add(message);
  return write_all(m_writer.flush());
}

Link::~Link()
{
  abort();
  if (m_write_thread.joinable()) {
    m_write_thread.join();
  }
  ::close(m_wake);
}

void
Link::abort()
{
  m_aborted = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(m_wake, &one, sizeof one); // full means: woken already
  m_outbox.close();
  m_inbox.close();
}

Result<>
Link::write_magic()
{
  return write_all(std::as_bytes(std::span(magic)));
}

Result<std::string>
Link::find_magic(Clock::time_point deadline)
{
  const std::string_view wanted = as_text(std::as_bytes(std::span(magic)));
  while (true) {
    const std::size_t at = as_text(m_early).find(wanted);
    if (at != std::string_view::npos) {
      std::string noise(as_text(m_early).substr(0, at));
      m_reader.feed(ByteView(m_early).subspan(at + magic.size()));
      m_early.clear();
      return noise;
    }
    if (m_early.size() > max_noise_bytes) {
      return make_error(ErrorKind::protocol, std::string(as_text(m_early)));
    }
    TRY_ASSIGN(const bool more, read_some(deadline));
    if (!more) {
      const ErrorKind kind = m_early.empty() ? ErrorKind::stream : ErrorKind::protocol;
      return make_error(kind, std::string(as_text(m_early)));
    }
    append(m_early, m_buffer);
  }
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
      if (std::holds_alternative<proto::Keepalive>(*next)) {
        continue;
      }
      m_listing += proto::is_about_listing(*next) ? m_reader.message_bytes() : 0;
      const std::size_t cost = proto::payload_bytes(*next);
      return Parcel{*std::move(next), cost == 0 ? Lease() : m_inbox.take(cost)};
    }
    TRY_ASSIGN(const bool more, read_some(deadline));
    if (!more) {
      return peer_is_gone();
    }
    m_reader.feed(m_buffer);
  }
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
Link::add_to_frame(const proto::Message& message)
{
  const std::size_t before = m_writer.pending_bytes();
  m_writer.add(message);
  m_listing += proto::is_about_listing(message) ? m_writer.pending_bytes() - before : 0;
}

void
Link::write_loop()
{
  while (true) {
    std::optional<Parcel> parcel = m_outbox.pop_until(Clock::now() + keepalive_interval);
    if (!parcel && m_outbox.is_finished()) {
      return;
    }
    add_to_frame(parcel ? parcel->message : proto::Message(proto::Keepalive{}));
    parcel.reset();
    while (m_writer.pending_bytes() < proto::chunk_target_bytes && (parcel = m_outbox.try_pop())) {
      add_to_frame(parcel->message);
      parcel.reset();
    }
    if (Result<> written = write_all(m_writer.flush()); !written) {
      const bool is_stuck = written.error().kind == ErrorKind::timeout;
      {
        const std::scoped_lock lock(m_error_mutex);
        m_write_outcome = std::move(written);
      }
      m_outbox.close();
      if (is_stuck) {
        abort(); // the reader, who may be hearing keepalives still, tells why
      }
      while (m_outbox.try_pop()) { // whoever waits for their leases goes on
      }
      return;
    }
  }
}

Result<>
Link::write_all(ByteView bytes)
{
  while (!bytes.empty()) {
    if (m_aborted) {
      return make_error(ErrorKind::stopped, "stopped");
    }
    const ssize_t count = ::write(m_out, bytes.data(), m_out_limit.portion(bytes.size()));
    if (count >= 0) {
      m_sent += static_cast<std::uint64_t>(count);
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      m_out_limit.pass(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      const Deadline deadline =
          m_settings.timeout_s == 0 ? Deadline() : Clock::now() + std::chrono::seconds(m_settings.timeout_s);
      TRY(wait_for(m_out, POLLOUT, deadline));
    } else if (errno != EINTR) {
      return errno == EPIPE || errno == ECONNRESET ? peer_is_gone() : sys_error("cannot write to the other side");
    }
  }
  return {};
}

Link::Clock::time_point
Link::silence_ends() const
{
  return m_settings.timeout_s == 0 ? Clock::time_point::max()
                                   : m_last_heard + std::chrono::seconds(m_settings.timeout_s);
}

Result<>
Link::wait_for(int fd, short events, Deadline deadline)
{
  std::array<pollfd, 2> polled = {{{fd, events, 0}, {m_wake, POLLIN, 0}}};
  while (true) {
    int wait_ms = -1;
    if (deadline && *deadline != Clock::time_point::max()) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()).count();
      wait_ms = static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000'000));
    }
    const int ready = ::poll(polled.data(), polled.size(), wait_ms);
    if (ready < 0 && errno != EINTR) {
      return sys_error("cannot poll the connection");
    }
    if ((polled[1].revents & POLLIN) != 0) {
      return make_error(ErrorKind::stopped, "stopped");
    }
    if (ready > 0) {
      return {};
    }
    if (ready == 0) {
      return make_error(ErrorKind::timeout, "no answer from the other side in time");
    }
  }
}

// Into m_buffer; false at the end of the stream.
Result<bool>
Link::read_some(Deadline deadline)
{
  m_buffer.resize(read_bytes);
  while (true) {
    if (m_aborted) {
      return make_error(ErrorKind::stopped, "stopped");
    }
    const ssize_t count = ::read(m_in, m_buffer.data(), m_in_limit.portion(m_buffer.size()));
    if (count >= 0) {
      m_buffer.resize(static_cast<std::size_t>(count));
      m_received += static_cast<std::uint64_t>(count);
      m_in_limit.pass(static_cast<std::size_t>(count));
      m_last_heard = Clock::now();
      return count != 0;
    }
    if (errno == EAGAIN) {
      TRY(wait_for(m_in, POLLIN, std::min(deadline.value_or(Clock::time_point::max()), silence_ends())));
    } else if (errno == ECONNRESET || errno == EIO) {
      m_buffer.clear();
      return false;
    } else if (errno != EINTR) {
      return sys_error("cannot read from the other side");
    }
  }
}

} // namespace godwit::endpoint
