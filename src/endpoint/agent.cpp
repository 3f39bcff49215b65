#include "godwit/endpoint/agent.hpp"

#include <algorithm>
#include <chrono>
#include <memory>

#include "godwit/endpoint/link.hpp"
#include "godwit/endpoint/local.hpp"
#include "join_point.hpp"

namespace godwit::endpoint {

namespace {

constexpr std::uint32_t max_timeout_s = 3600;
constexpr std::uint32_t later_than_controller_s = 6; // who is told of a frozen line is the user, by the near end
constexpr std::size_t max_connections = 32;
constexpr std::size_t max_waiting_requests = 16384; // for one lane, of a controller whose window is smaller
constexpr std::size_t max_unread_answers = 16384; // more than a window's: nobody reads them

proto::Fatal
to_fatal(const Error& error)
{
  return {error.kind, error.errno_value, error.text, error.exit_code};
}

// Nothing is compressed until the controller has said how.
LinkSettings
greeting_settings()
{
  LinkSettings settings;
  settings.compress.mode = proto::CompressMode::off;
  return settings;
}

class Agent
{
public:
  Agent(int in_fd, int out_fd, mode_t user_umask)
      : m_in(in_fd), m_out(out_fd), m_link(in_fd, out_fd, greeting_settings()), m_user_umask(user_umask)
  {
  }
  ~Agent()
  {
    if (m_joins) {
      m_joins->stop(); // it adds to m_link, which is gone before what it took
    }
  }
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  Result<> run()
  {
    TRY_ASSIGN(m_names, fs::make_forked_names());
    TRY(m_link.write_magic());
    TRY(m_link.write_now(
        proto::Hello{proto::protocol_version, proto::protocol_version, 0, "godwit " GODWIT_VERSION}));
    TRY_ASSIGN(Parcel hello, m_link.receive());
    if (!std::holds_alternative<proto::Hello>(hello.message)) {
      return make_error(ErrorKind::protocol, "cannot serve: the other side did not begin with a greeting");
    }
    TRY_ASSIGN(Parcel first, m_link.receive());
    if (const auto* join = std::get_if<proto::Join>(&first.message)) {
      m_names.reset();
      return hand_over(*join, m_in, m_out);
    }
    TRY(open(first.message, std::chrono::steady_clock::now()));
    return serve();
  }

private:
  // The only request decoded before the confinement.
  Result<> open(const proto::Message& first, std::chrono::steady_clock::time_point arrived)
  {
    const auto* request = std::get_if<proto::Open>(&first);
    if (request == nullptr) {
      return make_error(ErrorKind::protocol, "cannot serve: the first request is not Open");
    }
    LocalSettings settings;
    settings.user_umask = m_user_umask;
    settings.expands_operands = true;
    settings.lane_requests = max_waiting_requests;
    const Answers answers = [this](Parcel answer) { m_link.send(std::move(answer)); };
    m_local = std::make_unique<Local>(std::move(m_names), answers, settings);
    auto opened = m_local->open(*request);
    if (!opened) {
      return tell(std::move(opened).error());
    }
    offer_joins(request->connections, *opened);
    TRY_ASSIGN(const fs::Sandbox sandbox, m_local->confine(m_joins ? m_joins->fd() : -1));
    opened->confinement = static_cast<std::uint8_t>(sandbox.level);
    opened->confinement_text = sandbox.text;
    m_link.set_compression({request->compress_mode, request->compress_level}, request->bytes_per_second);
    if (request->timeout_s != 0) {
      m_link.shorten_timeout(static_cast<int>(std::min(request->timeout_s, max_timeout_s) + later_than_controller_s));
    }
    m_link.set_rate(request->bytes_per_second);
    m_link.start();
    opened->took_us = static_cast<std::uint64_t>(
        duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - arrived).count());
    m_link.send({*std::move(opened), {}});
    if (m_joins) {
      m_joins->start([this](int in_fd, int out_fd) { m_link.add_line(in_fd, out_fd, Link::Use::at_once); });
    }
    return {};
  }

  // Where it cannot be, the run has one connection.
  void offer_joins(std::size_t connections, proto::Opened& opened)
  {
    if (connections < 2) {
      return;
    }
    if (auto made = JoinPoint::make(std::min(connections, max_connections) - 1)) {
      m_joins = *std::move(made);
      opened.join = m_joins->key();
    }
  }

  Error tell(Error error)
  {
    (void)!m_link.write_now(to_fatal(error)); // whoever should hear of it may be gone
    return error;
  }

  // Whoever does not read answers is not read from.
  Result<> serve()
  {
    while (true) {
      m_link.wait_for_room(max_unread_answers);
      auto parcel = m_link.receive();
      if (!parcel) {
        m_local->stop();
        if (parcel.error().kind == ErrorKind::timeout) { // our way may still be open
          m_link.send({to_fatal(parcel.error()), {}});
          (void)!m_link.finish();
        }
        return std::move(parcel).error();
      }
      if (const auto* rate = std::get_if<proto::SetRate>(&parcel->message)) {
        m_link.set_rate(rate->bytes_per_second);
        continue;
      }
      const bool is_last = std::holds_alternative<proto::Finish>(parcel->message);
      m_local->send(*std::move(parcel));
      if (is_last) {
        return m_link.finish();
      }
    }
  }

  int m_in;
  int m_out;
  std::unique_ptr<fs::NameService> m_names;
  std::unique_ptr<JoinPoint> m_joins; // before m_link, which uses what it took
  Link m_link; // before m_local, whose threads answer through it
  mode_t m_user_umask;
  std::unique_ptr<Local> m_local;
};

} // namespace

int
run_agent(int in_fd, int out_fd, mode_t user_umask)
{
  Agent agent(in_fd, out_fd, user_umask);
  return agent.run() ? 0 : 1;
}

} // namespace godwit::endpoint
