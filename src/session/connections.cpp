#include "connections.hpp"

#include <chrono>
#include <utility>

namespace godwit::session {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t logins_at_once = 2;
constexpr auto patience = std::chrono::seconds(30);
constexpr std::uint64_t bytes_between_echoes = 1U << 20U;

} // namespace

Connections::Connections(const model::Location& location, transport::ConnectOptions options,
                         endpoint::Remote& remote, std::size_t wanted)
    : m_location(location), m_options(std::move(options)), m_remote(remote), m_fixed(wanted)
{
  m_options.asks_nothing = true;
  m_options.on_stderr = nullptr; // a banner was shown once; what went wrong stands in the notice
}

Connections::~Connections()
{
  stop();
}

void
Connections::tick()
{
  if (m_fixed != 0) {
    want(m_fixed);
    return;
  }
  const std::uint64_t bytes = m_remote.bytes_sent() + m_remote.bytes_received();
  if (!m_remote.round_trip() || bytes - m_asked_at >= bytes_between_echoes) {
    m_asked_at = bytes;
    m_remote.ask_for_echo();
  }
  want(m_growth.wanted({Clock::now(), m_remote.round_trip(), bytes, m_in_use}));
}

void
Connections::want(std::size_t total)
{
  const std::scoped_lock lock(m_mutex);
  if (total <= m_wanted || m_ends) {
    return;
  }
  m_wanted = total;
  while (m_threads.size() < std::min(logins_at_once, total - 1)) {
    m_threads.emplace_back([this] { make_some(); });
  }
  m_changed.notify_all();
}

void
Connections::make_some()
{
  std::unique_lock lock(m_mutex);
  while (true) {
    m_changed.wait(lock, [this] { return m_ends || m_begun < m_wanted; });
    if (m_ends) {
      return;
    }
    ++m_begun;
    lock.unlock();
    Result<> made = make_one();
    lock.lock();
    if (made) {
      ++m_in_use;
    } else if (!m_ends) {
      m_notice = "no more than " + std::to_string(m_in_use) + " connections: " + made.error().text;
      m_ends = true;
      m_changed.notify_all();
    }
  }
}

Result<>
Connections::make_one()
{
  TRY_ASSIGN(auto made, transport::connect(m_location, m_options));
  transport::Connection& connection = *made;
  {
    const std::scoped_lock lock(m_mutex);
    if (m_ends) {
      return make_error(ErrorKind::stopped, "stopped");
    }
    m_connections.push_back(std::move(made));
  }
  auto joined = m_remote.join(connection.in_fd(), connection.out_fd(), Clock::now() + patience);
  if (!joined && joined.error().kind == ErrorKind::stream) { // ssh says why better than we know
    const auto report = connection.wait(Clock::now() + std::chrono::seconds(1));
    return transport::explain_exit(report, m_options, m_location);
  }
  return joined;
}

std::string
Connections::take_notice()
{
  const std::scoped_lock lock(m_mutex);
  return std::exchange(m_notice, {});
}

void
Connections::stop()
{
  {
    const std::scoped_lock lock(m_mutex);
    m_ends = true;
    m_changed.notify_all();
    for (const auto& connection : m_connections) {
      connection->kill();
    }
  }
  m_threads.clear(); // joins
}

} // namespace godwit::session
