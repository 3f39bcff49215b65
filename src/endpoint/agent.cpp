#include "godwit/endpoint/agent.hpp"

#include <algorithm>
#include <memory>

#include "godwit/endpoint/link.hpp"
#include "godwit/endpoint/local.hpp"

namespace godwit::endpoint {

namespace {

constexpr std::uint32_t max_timeout_s = 3600;
constexpr std::uint32_t later_than_controller_s = 6; // who is told of a frozen line is the user, by the near end
constexpr int max_compress_level = 9; // what a controller may make us work

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
  settings.compress_level = 0;
  return settings;
}

class Agent
{
public:
  Agent(int in_fd, int out_fd, mode_t user_umask) : m_link(in_fd, out_fd, greeting_settings()), m_user_umask(user_umask) {}

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
    TRY(open());
    return serve();
  }

private:
  // The only request decoded before the confinement.
  Result<> open()
  {
    TRY_ASSIGN(Parcel first, m_link.receive());
    const auto* request = std::get_if<proto::Open>(&first.message);
    if (request == nullptr) {
      return make_error(ErrorKind::protocol, "cannot serve: the first request is not Open");
    }
    LocalSettings settings;
    settings.user_umask = m_user_umask;
    settings.expands_operands = true;
    const Answers answers = [this](Parcel answer) { m_link.send(std::move(answer)); };
    m_local = std::make_unique<Local>(std::move(m_names), answers, settings);
    auto opened = m_local->open(*request);
    if (!opened) {
      return tell(std::move(opened).error());
    }
    TRY_ASSIGN(const fs::Sandbox sandbox, m_local->confine());
    opened->confinement = static_cast<std::uint8_t>(sandbox.level);
    opened->confinement_text = sandbox.text;
    m_link.set_compress_level(std::min<int>(request->compress_level, max_compress_level));
    if (request->timeout_s != 0) {
      m_link.shorten_timeout(static_cast<int>(std::min(request->timeout_s, max_timeout_s) + later_than_controller_s));
    }
    m_link.start();
    m_link.send({*std::move(opened), {}});
    return {};
  }

  Error tell(Error error)
  {
    (void)!m_link.write_now(to_fatal(error)); // whoever should hear of it may be gone
    return error;
  }

  Result<> serve()
  {
    while (true) {
      auto parcel = m_link.receive();
      if (!parcel) {
        m_local->stop();
        if (parcel.error().kind == ErrorKind::timeout) { // our way may still be open
          m_link.send({to_fatal(parcel.error()), {}});
          (void)!m_link.finish();
        }
        return std::move(parcel).error();
      }
      const bool is_last = std::holds_alternative<proto::Finish>(parcel->message);
      m_local->send(*std::move(parcel));
      if (is_last) {
        return m_link.finish();
      }
    }
  }

  std::unique_ptr<fs::NameService> m_names;
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
