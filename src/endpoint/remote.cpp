#include "godwit/endpoint/remote.hpp"

#include <algorithm>
#include <chrono>
#include <variant>

#include <fmt/format.h>

#include "godwit/base/escape.hpp"

namespace godwit::endpoint {

namespace {

// To open what was asked for takes some ms; what is left is the way there and back.
constexpr auto near_round_trip = std::chrono::milliseconds(8); // with what a busy machine adds
constexpr std::uint64_t max_took_us = 60'000'000;

Result<>
check_hello(const proto::Hello& hello)
{
  if (hello.least_version > proto::protocol_version || hello.version < proto::protocol_version) {
    return make_error(ErrorKind::protocol,
                      fmt::format("cannot talk to '{}': it speaks protocol {} to {}, this is {}; install the same "
                                  "version on both sides",
                                  escape(hello.program), hello.least_version, hello.version,
                                  proto::protocol_version));
  }
  return {};
}

proto::Hello
own_hello()
{
  return {proto::protocol_version, proto::protocol_version, 0, "godwit " GODWIT_VERSION};
}

// For the greeting of a further connection, of which the run's own stream is none of its business.
LinkSettings
plain_settings()
{
  LinkSettings settings;
  settings.compress.mode = proto::CompressMode::off;
  return settings;
}

// A code that is none would be cut to 8 bits, and could pass for success.
int
exit_code_of(const proto::Fatal& fatal)
{
  return fatal.exit_code >= 0 && fatal.exit_code <= 255 ? fatal.exit_code : 0;
}

// What an agent in this role may say after Opened.
struct AnswerRule {
  bool is_source;
  bool operator()(const proto::Fatal&) const { return true; }
  bool operator()(const proto::Notice&) const { return true; }
  bool operator()(const proto::Page&) const { return true; }
  bool operator()(const proto::PageListed&) const { return true; }
  bool operator()(const proto::Runs&) const { return true; }
  bool operator()(const proto::Differences&) const { return true; }
  bool operator()(const proto::Listed&) const { return true; }
  bool operator()(const proto::ListError&) const { return true; }
  bool operator()(const proto::ListEnd&) const { return true; }
  bool operator()(const proto::Done&) const { return true; }
  bool operator()(const proto::Failed&) const { return true; }
  bool operator()(const proto::Finished&) const { return true; }
  bool operator()(const proto::Hashes&) const { return true; }
  bool operator()(const proto::Owners&) const { return is_source; }
  bool operator()(const proto::Contents&) const { return is_source; }
  bool operator()(const proto::Ops&) const { return is_source; }
  bool operator()(const proto::Gaps&) const { return is_source; }
  bool operator()(const proto::OpsEnd&) const { return is_source; }
  bool operator()(const proto::OwnersMapped&) const { return !is_source; }
  bool operator()(const proto::Sums&) const { return !is_source; }
  template <class Other> bool operator()(const Other&) const { return false; }
};

bool
may_come(const proto::Message& message, proto::Role role)
{
  return std::visit(AnswerRule{role == proto::Role::source}, message);
}

bool
answers_open(const proto::Message& message)
{
  return std::holds_alternative<proto::Opened>(message) || std::holds_alternative<proto::Fatal>(message);
}

} // namespace

Remote::Remote(int in_fd, int out_fd, const LinkSettings& settings, Answers answers)
    : m_link(in_fd, out_fd, settings), m_answer(std::move(answers))
{
  m_link.start();
  m_link.send({own_hello(), {}});
}

Remote::~Remote()
{
  stop();
}

void
Remote::stop()
{
  m_link.abort();
  const std::scoped_lock lock(m_joining_mutex);
  m_is_stopped = true;
  for (const auto& joining : m_joining) {
    joining->greeting.abort();
    joining->heard.close();
  }
}

Result<std::string>
Remote::greet(std::chrono::steady_clock::time_point deadline)
{
  TRY_ASSIGN(std::string noise, m_link.find_magic(deadline));
  auto received = m_link.receive(deadline);
  if (!received) {
    Error error = std::move(received).error();
    if (error.kind == ErrorKind::protocol) {
      error.text = "cannot talk to the agent: " + error.text;
    }
    return error;
  }
  const Parcel first = *std::move(received);
  const auto* hello = std::get_if<proto::Hello>(&first.message);
  if (hello == nullptr) {
    return make_error(ErrorKind::protocol, "cannot talk to the agent: it did not begin with a greeting");
  }
  TRY(check_hello(*hello));
  return noise;
}

void
Remote::begin(const proto::Open& request)
{
  m_role = request.role;
  m_asked = std::chrono::steady_clock::now();
  m_link.send({request, {}});
  m_reader = std::jthread([this] { read_loop(); });
}

void
Remote::send(Parcel request)
{
  m_link.send(std::move(request));
}

// `took`: of it, for opening.
void
Remote::note_round_trip(std::chrono::microseconds took)
{
  if (std::chrono::steady_clock::now() - m_asked - took < near_round_trip) {
    m_link.peer_is_near();
  }
}

void
Remote::read_loop()
{
  for (bool is_opened = false;; is_opened = true) {
    auto parcel = m_link.receive();
    if (!parcel) {
      const Error& error = parcel.error();
      m_answer({proto::Fatal{error.kind, error.errno_value, error.text, error.exit_code}, {}});
      return;
    }
    if (!is_opened && !answers_open(parcel->message)) {
      m_answer({proto::Fatal{ErrorKind::protocol, 0, "cannot talk to the agent: it answered Open with something else",
                             0},
                {}});
      return;
    }
    if (is_opened && !may_come(parcel->message, m_role)) {
      m_answer({proto::Fatal{ErrorKind::protocol, 0, "the agent sent a message that its role does not send", 0}, {}});
      return;
    }
    if (auto* opened = std::get_if<proto::Opened>(&parcel->message)) {
      opened->took_us = std::min(opened->took_us, max_took_us);
      note_round_trip(std::chrono::microseconds(opened->took_us));
      m_link.ask_for_echo(); // for what depends on the round trip alone
      m_join = opened->join;
      m_can_be_joined = !m_join.token.empty();
    }
    auto* fatal = std::get_if<proto::Fatal>(&parcel->message);
    if (fatal != nullptr) {
      fatal->exit_code = exit_code_of(*fatal);
    }
    const bool is_last = fatal != nullptr || std::holds_alternative<proto::Finished>(parcel->message);
    m_answer(*std::move(parcel));
    if (is_last) {
      return;
    }
  }
}

Remote::Joining::Joining(int in_fd, int out_fd) : greeting(in_fd, out_fd, plain_settings()) {}

Result<>
Remote::greet_further(Joining& joining, std::chrono::steady_clock::time_point deadline)
{
  if (auto noise = joining.greeting.find_magic(deadline); !noise) {
    return make_error(noise.error().kind, "cannot join: no greeting came");
  }
  TRY_ASSIGN(const Parcel first, joining.greeting.receive(deadline));
  const auto* hello = std::get_if<proto::Hello>(&first.message);
  if (hello == nullptr) {
    return make_error(ErrorKind::protocol, "cannot join: the agent did not begin with a greeting");
  }
  TRY(check_hello(*hello));
  TRY(joining.greeting.write_now(own_hello()));
  return joining.greeting.write_now(m_join);
}

Result<>
Remote::join(int in_fd, int out_fd, std::chrono::steady_clock::time_point deadline)
{
  const auto joining = std::make_shared<Joining>(in_fd, out_fd);
  {
    const std::scoped_lock lock(m_joining_mutex);
    if (m_is_stopped) {
      return make_error(ErrorKind::stopped, "stopped");
    }
    m_joining.push_back(joining);
  }
  TRY(greet_further(*joining, deadline));
  m_link.add_line(in_fd, out_fd, Link::Use::when_heard, [joining](bool is_heard) { joining->heard.push(is_heard); });
  const std::optional<bool> is_heard = joining->heard.pop_until(deadline);
  if (!is_heard) {
    return make_error(joining->heard.is_finished() ? ErrorKind::stopped : ErrorKind::timeout,
                      "cannot join: the first agent did not answer");
  }
  return *is_heard ? Result<>() : make_error(ErrorKind::protocol, "cannot join: the first agent did not take it");
}

void
Remote::set_rate(std::uint64_t bytes_per_second)
{
  m_link.set_rate(bytes_per_second);
  m_link.send({proto::SetRate{bytes_per_second}, {}});
}

Result<>
Remote::close()
{
  return m_link.finish();
}

} // namespace godwit::endpoint
