#include "trees.hpp"

#include <chrono>
#include <ctime>
#include <utility>

#include "godwit/base/escape.hpp"
#include "godwit/transport/connect.hpp"

namespace godwit::session {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t local_listed_entries = 1U << 14U;  // no round trip to list ahead of: what is in the cache
constexpr auto exit_patience = std::chrono::seconds(5);  // for the far end's command to say how it ended
constexpr auto goodbye_patience = std::chrono::milliseconds(800);
constexpr auto prompt_patience = std::chrono::minutes(10); // where somebody may be typing a password

Result<>
refuse_daemon(const model::Location& location)
{
  if (location.kind == model::Location::Kind::daemon) {
    return make_error(ErrorKind::usage, "cannot use '" + escape(location.text) +
                                            "': it is the address of an rsync daemon, which is not supported; use "
                                            "host:path over ssh");
  }
  return {};
}

bool
is_same_host(const model::Location& a, const model::Location& b)
{
  return b.kind == model::Location::Kind::same_host || (a.host == b.host && a.user == b.user);
}

Result<>
add_source(Places& places, const model::Location& location, bool is_first)
{
  TRY(refuse_daemon(location));
  const bool is_remote = location.kind != model::Location::Kind::local;
  if (is_first && location.kind == model::Location::Kind::same_host) {
    return make_error(ErrorKind::usage, "cannot use '" + escape(location.text) + "': it names no host");
  }
  if (is_first && is_remote) {
    places.direction = model::Direction::pull;
    places.remote = location;
  }
  const bool is_pull = places.direction == model::Direction::pull;
  if (is_remote != is_pull || (is_pull && !is_same_host(places.remote, location))) {
    return make_error(ErrorKind::usage, "cannot copy from several hosts at once: all sources must be on one");
  }
  if (!is_remote && location.path.empty()) {
    return make_error(ErrorKind::usage, "cannot copy from an empty source operand; use . for the working folder");
  }
  places.sources.push_back(location.path);
  return {};
}

transport::ConnectOptions
connect_options(const model::Options& options, model::EventSink& events)
{
  using Kind = transport::ConnectOptions::Kind;
  transport::ConnectOptions wanted;
  switch (options.transport) {
  case model::TransportKind::automatic:
    wanted.kind = Kind::automatic;
    break;
  case model::TransportKind::ssh:
    wanted.kind = Kind::ssh;
    break;
  case model::TransportKind::libssh:
    wanted.kind = Kind::libssh;
    break;
  }
  wanted.rsh = options.rsh;
  if (!options.remote_program.empty()) {
    wanted.remote_program = options.remote_program;
  }
  wanted.connect_timeout_s = options.connect_timeout_s;
  wanted.has_terminal = transport::has_controlling_terminal();
  wanted.on_stderr = [&events](std::string_view line) { events.on(model::PeerText{std::string(line)}); };
  return wanted;
}

// What came instead of a greeting: a start-up file's words, or another program's.
Error
noise_error(const std::string& noise)
{
  const bool is_rsync = noise.find("rsync") != std::string::npos || noise.starts_with("@RSYNCD");
  std::string text = "cannot talk to the far end: it is not godwit";
  if (is_rsync) {
    text += " but rsync; name godwit's path there with --rsync-path";
  } else {
    text += " (does a shell start-up file print, or is a terminal forced?); it sent '" +
            escape(std::string_view(noise).substr(0, 200)) + "'";
  }
  return make_error(ErrorKind::protocol, text);
}

} // namespace

Result<Places>
places_of(const model::Options& options)
{
  Places places;
  std::vector<std::string> sources = options.operands;
  if (!options.list_only) {
    if (sources.size() < 2) {
      return make_error(ErrorKind::usage, "cannot copy: a source and a destination are needed");
    }
    const model::Location dest = model::parse_location(sources.back());
    TRY(refuse_daemon(dest));
    sources.pop_back();
    places.dest = dest.path;
    if (dest.kind == model::Location::Kind::local && dest.path.empty()) {
      return make_error(ErrorKind::usage, "cannot copy to an empty destination operand; use . for the working folder");
    }
    if (dest.kind == model::Location::Kind::same_host) {
      return make_error(ErrorKind::usage, "cannot use '" + escape(dest.text) + "': it names no host");
    }
    if (dest.kind == model::Location::Kind::remote) {
      places.direction = model::Direction::push;
      places.remote = dest;
    }
  }
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const model::Location source = model::parse_location(sources[i]);
    if (places.direction == model::Direction::push && source.kind != model::Location::Kind::local) {
      TRY(refuse_daemon(source));
      return make_error(ErrorKind::usage, "the source and destination cannot both be remote");
    }
    TRY(add_source(places, source, i == 0));
  }
  return places;
}

endpoint::CompressWish
compress_wish(const model::Options& options)
{
  using Mode = proto::CompressMode;
  if (options.compress == false) {
    return {Mode::off, 0};
  }
  if (options.compress_level) {
    return {Mode::fixed, *options.compress_level};
  }
  return {options.compress ? Mode::forced : Mode::adaptive, 0};
}

Trees::Trees(const Places& places, const model::Options& options, Inbox& inbox, mode_t user_umask)
    : m_places(places), m_options(options), m_inbox(inbox), m_user_umask(user_umask)
{
  m_rate = rate_now();
  endpoint::LocalSettings settings;
  settings.user_umask = user_umask;
  if (places.direction == model::Direction::local) {
    settings.bytes_per_second = rate_now();
    settings.listed_entries = local_listed_entries;
  }
  if (places.direction != model::Direction::pull) {
    auto source = endpoint::Local::make(answers_of(model::Side::source), settings);
    m_local_source = source.get();
    m_source = std::move(source);
  }
  if (places.direction != model::Direction::push) {
    auto dest = endpoint::Local::make(answers_of(model::Side::dest), settings);
    m_local_dest = dest.get();
    m_dest = std::move(dest);
  }
}

// The dest's lanes may still read from the source's bases: they end first.
Trees::~Trees()
{
  stop();
  m_dest.reset();
  m_source.reset();
  m_connections.reset(); // their lines were the far end's
  if (m_connection) { // the agent sees the end and puts away what was under way
    m_connection->shutdown_write();
    (void)m_connection->wait(Clock::now() + goodbye_patience);
  }
}

void
Trees::stop()
{
  for (endpoint::Endpoint* side : {m_source.get(), m_dest.get()}) {
    if (side != nullptr) {
      side->stop();
    }
  }
  if (m_connections) {
    m_connections->stop();
  }
}

std::size_t
Trees::most_connections() const
{
  if (m_remote == nullptr || m_options.list_only) {
    return 1;
  }
  if (m_options.connections != 0) {
    return m_options.transport == model::TransportKind::libssh ? 1 : m_options.connections;
  }
  return transport::runs_ssh(m_connect_options) ? Growth::most : 1;
}

std::uint64_t
Trees::rate_now() const
{
  if (!m_options.bandwidth.changes()) {
    return m_options.bandwidth.at(0);
  }
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  return m_options.bandwidth.at(local.tm_hour * 60 + local.tm_min);
}

void
Trees::tick(model::EventSink& events)
{
  tick_rate();
  if (m_remote != nullptr) {
    tick_connections(events);
  }
}

void
Trees::tick_rate()
{
  const std::uint64_t rate = rate_now();
  if (rate == std::exchange(m_rate, rate)) {
    return;
  }
  if (m_remote != nullptr) {
    m_remote->set_rate(rate);
    return;
  }
  m_local_source->set_rate(rate);
}

void
Trees::tick_connections(model::EventSink& events)
{
  if (!m_connections) {
    if (most_connections() == 1 || !m_remote->can_be_joined()) {
      return;
    }
    m_connections = std::make_unique<Connections>(m_places.remote, m_connect_options, *m_remote, m_options.connections);
  }
  m_connections->tick();
  if (std::string notice = m_connections->take_notice(); !notice.empty()) {
    events.on(model::Notice{1, std::move(notice)});
  }
}

endpoint::Answers
Trees::answers_of(model::Side side)
{
  return [this, side](endpoint::Parcel parcel) { m_inbox.push({side, std::move(parcel)}); };
}

Result<>
Trees::connect(model::EventSink& events, std::stop_token stop)
{
  if (m_places.direction == model::Direction::local) {
    return {};
  }
  m_connect_options = connect_options(m_options, events);
  m_connect_options.user_umask = m_user_umask;
  m_connect_options.stop = std::move(stop);
  TRY_ASSIGN(m_connection, transport::connect(m_places.remote, m_connect_options));
  endpoint::LinkSettings settings;
  settings.timeout_s = m_options.timeout_s;
  settings.bytes_per_second = m_rate;
  settings.compress = compress_wish(m_options);
  m_remote_side = m_places.direction == model::Direction::pull ? model::Side::source : model::Side::dest;
  auto remote = std::make_unique<endpoint::Remote>(m_connection->in_fd(), m_connection->out_fd(), settings,
                                                   answers_of(m_remote_side));
  m_remote = remote.get();
  (m_remote_side == model::Side::source ? m_source : m_dest) = std::move(remote);
  return {};
}

Result<>
Trees::await_greeting(model::EventSink& events, std::stop_token stop)
{
  if (m_remote == nullptr) {
    return {};
  }
  const std::stop_callback on_stop(std::move(stop), [this] { m_remote->stop(); });
  auto deadline = Clock::time_point::max();
  if (m_options.connect_timeout_s != 0) {
    deadline = Clock::now() + std::chrono::seconds(m_options.connect_timeout_s);
    if (transport::has_controlling_terminal() && m_options.rsh.empty()) {
      deadline += prompt_patience;
    }
  }
  auto noise = m_remote->greet(deadline);
  if (noise) {
    if (!noise->empty()) {
      events.on(model::PeerText{"the far end's login shell printed '" +
                                escape(std::string_view(*noise).substr(0, 200)) + "'; a start-up file should not"});
    }
    return {};
  }
  Error error = std::move(noise).error();
  if (error.kind == ErrorKind::timeout) {
    m_connection->kill();
    error.text = "cannot connect to '" + escape(m_places.remote.text) + "': no answer in " +
                 std::to_string(m_options.connect_timeout_s) + " seconds";
    return error;
  }
  if (error.kind == ErrorKind::protocol && !error.text.empty() && !error.text.starts_with("cannot talk")) {
    m_connection->kill();
    return noise_error(error.text);
  }
  return error.kind == ErrorKind::stream ? explain(std::move(error)) : std::move(error);
}

Error
Trees::explain(Error error)
{
  const bool has_several = m_connections && m_connections->in_use() > 1; // how the first one ends then tells nothing
  if (!m_connection || error.kind != ErrorKind::stream || m_options.list_only || has_several) {
    return error;
  }
  const transport::ExitReport report = m_connection->wait(Clock::now() + exit_patience);
  transport::ConnectOptions wanted;
  wanted.rsh = m_options.rsh;
  if (!m_options.remote_program.empty()) {
    wanted.remote_program = m_options.remote_program;
  }
  if (report.stderr_tail.find("rsync error:") != std::string::npos) {
    return noise_error("rsync");
  }
  return transport::explain_exit(report, wanted, m_places.remote);
}

} // namespace godwit::session
