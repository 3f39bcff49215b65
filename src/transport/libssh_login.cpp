#include "transport/libssh_login.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <libssh/callbacks.h>

#include "godwit/base/escape.hpp"
#include "transport/libssh_host_key.hpp"
#include "transport/libssh_settings.hpp"
#include "transport/ssh_pattern.hpp"
#include "transport/terminal.hpp"

namespace godwit::transport
{
namespace
{

constexpr int max_tries = 3; // as ssh asks

const char*
text_or_empty(const char* text)
{
  return text != nullptr ? text : "";
}

class Login
{
public:
  Login(const model::Location& location, const ConnectOptions& options, ConfiguredSession& configured,
        Drive& drive)
      : m_options(options), m_facts(configured.facts), m_session(configured.session.get()), m_drive(drive),
        m_host(escape(location.host)),
        m_target(location.has_user ? escape(location.user) + "@" + m_host : m_host)
  {
    ssh_callbacks_init(&m_callbacks);
    m_callbacks.userdata = this;
    m_callbacks.auth_function = &Login::ask_passphrase;
    ::ssh_set_callbacks(m_session, &m_callbacks);
  }
  Login(const Login&) = delete;
  Login& operator=(const Login&) = delete;
  ~Login()
  {
    // libssh keeps the pointer: what it holds next outlives every session.
    static ssh_callbacks_struct none = [] {
      ssh_callbacks_struct made{};
      ssh_callbacks_init(&made);
      return made;
    }();
    ::ssh_set_callbacks(m_session, &none);
  }

  Result<>
  connect()
  {
    TRY_ASSIGN(const int result, m_drive([&] { return ::ssh_connect(m_session); }, SSH_AGAIN));
    if (result != SSH_OK) {
      return refusal(fmt::format("connect to {}: {}", m_host, complaint_of(m_session)));
    }
    return {};
  }

  Result<>
  authenticate()
  {
    TRY_ASSIGN(int state, authenticated_by([&] { return ::ssh_userauth_none(m_session, nullptr); }));
    const bool is_mute = !m_options.has_terminal || m_facts.batch_mode;
    const Method methods[] = {
        {SSH_AUTH_METHOD_PUBLICKEY, "publickey", m_facts.no_public_key, &Login::by_key},
        {SSH_AUTH_METHOD_INTERACTIVE, "keyboard-interactive", is_mute || m_facts.no_keyboard,
         &Login::by_questions},
        {SSH_AUTH_METHOD_PASSWORD, "password", is_mute || m_facts.no_password, &Login::by_password},
    };
    std::string offers;
    for (const Method& method : methods) {
      const auto offered = static_cast<unsigned int>(::ssh_userauth_list(m_session, nullptr));
      if (state == SSH_AUTH_SUCCESS || (offered & method.bit) == 0) {
        continue;
      }
      offers += (offers.empty() ? "" : ", ") + std::string(method.name);
      if (!method.is_off && is_preferred(method.name)) {
        TRY_ASSIGN(state, (this->*method.run)());
      }
    }
    if (state != SSH_AUTH_SUCCESS) {
      return refusal(fmt::format("log in to {}: permission denied (the host offers: {}){}", m_target, offers,
                                 m_facts.identities_only ? "; with IdentitiesOnly, keys that only an agent "
                                                           "holds need --transport=ssh"
                                                         : ""));
    }
    return {};
  }

private:
  struct Method {
    unsigned int bit; // of libssh's list
    const char* name;
    bool is_off;
    Result<int> (Login::*run)();
  };

  template <class Call>
  Result<int>
  authenticated_by(Call call)
  {
    TRY_ASSIGN(const int state, m_drive(call, SSH_AUTH_AGAIN));
    if (m_is_stopped) {
      return make_error(ErrorKind::stopped, "cannot log in: stopped");
    }
    if (state == SSH_AUTH_ERROR) {
      return refusal(fmt::format("log in to {}: {}", m_target, complaint_of(m_session)));
    }
    return state;
  }

  bool
  is_preferred(std::string_view method) const
  {
    return m_facts.preferred_methods.empty() || matches_list(method, m_facts.preferred_methods, ",");
  }

  Result<int>
  by_key()
  {
    return authenticated_by([&] { return ::ssh_userauth_publickey_auto(m_session, nullptr, nullptr); });
  }

  Result<int>
  by_password()
  {
    int state = SSH_AUTH_DENIED;
    for (int attempt = 0; attempt < max_tries && state == SSH_AUTH_DENIED; ++attempt) {
      TRY_ASSIGN(std::string password, ask(m_target + "'s password: ", Echo::off));
      TRY_ASSIGN(state, authenticated_by(
                            [&] { return ::ssh_userauth_password(m_session, nullptr, password.c_str()); }));
      ::explicit_bzero(password.data(), password.size());
    }
    return state;
  }

  Result<int>
  by_questions()
  {
    int state = SSH_AUTH_DENIED;
    for (int attempt = 0; attempt < max_tries && state == SSH_AUTH_DENIED; ++attempt) {
      const auto next = [&] {
        return ::ssh_userauth_kbdint(m_session, nullptr, nullptr);
      };
      TRY_ASSIGN(state, authenticated_by(next));
      while (state == SSH_AUTH_INFO) {
        TRY(answer_questions());
        TRY_ASSIGN(state, authenticated_by(next));
      }
    }
    return state;
  }

  Result<>
  answer_questions()
  {
    std::string before = text_or_empty(::ssh_userauth_kbdint_getinstruction(m_session));
    const int count = ::ssh_userauth_kbdint_getnprompts(m_session);
    for (int at = 0; at < count; ++at) {
      char echo = 0;
      const auto number = static_cast<unsigned int>(at);
      const std::string prompt = text_or_empty(::ssh_userauth_kbdint_getprompt(m_session, number, &echo));
      const std::string question = before.empty() ? prompt : before + " " + prompt;
      TRY_ASSIGN(std::string line,
                 ask(fmt::format("({}) {}", m_target, question), echo != 0 ? Echo::on : Echo::off));
      ::ssh_userauth_kbdint_setanswer(m_session, number, line.c_str());
      ::explicit_bzero(line.data(), line.size());
      before.clear();
    }
    return {};
  }

  Result<std::string>
  ask(const std::string& prompt, Echo echo)
  {
    return ask_on_terminal(prompt, echo, m_options.stop);
  }

  // libssh wants the passphrase of a key file.
  static int
  ask_passphrase(const char*, char* into, std::size_t room, int, int, void* self)
  {
    auto& login = *static_cast<Login*>(self);
    if (!login.m_options.has_terminal || login.m_facts.batch_mode || login.m_is_stopped) {
      return -1;
    }
    char* file = nullptr;
    ::ssh_userauth_publickey_auto_get_current_identity(login.m_session, &file);
    auto line = login.ask(fmt::format("Enter passphrase for key '{}': ", text_or_empty(file)), Echo::off);
    ::ssh_string_free_char(file);
    if (!line || line->size() >= room) {
      login.m_is_stopped = !line && line.error().kind == ErrorKind::stopped;
      return -1;
    }
    std::memcpy(into, line->c_str(), line->size() + 1);
    ::explicit_bzero(line->data(), line->size());
    return 0;
  }

  const ConnectOptions& m_options;
  const SshConfigFacts& m_facts;
  ssh_session m_session;
  Drive& m_drive;
  std::string m_host;
  std::string m_target;
  bool m_is_stopped = false; // while a passphrase was asked
  ssh_callbacks_struct m_callbacks{};
};

Result<ChannelPtr>
start_agent(ssh_session session, Drive& drive, const ConnectOptions& options)
{
  ChannelPtr channel(::ssh_channel_new(session));
  if (!channel) {
    return refusal("open a channel: " + complaint_of(session));
  }
  TRY_ASSIGN(const int opened, drive([&] { return ::ssh_channel_open_session(channel.get()); }, SSH_AGAIN));
  if (opened != SSH_OK) {
    return refusal("open a channel: " + complaint_of(session));
  }
  const std::string command = options.remote_program + " agent";
  TRY_ASSIGN(const int started,
             drive([&] { return ::ssh_channel_request_exec(channel.get(), command.c_str()); }, SSH_AGAIN));
  if (started != SSH_OK) {
    return refusal("start the agent: " + complaint_of(session));
  }
  return channel;
}

} // namespace

Result<LoggedIn>
log_in(const model::Location& location, const ConnectOptions& options)
{
  TRY_ASSIGN(auto configured, configure_session(location, options));
  TRY_ASSIGN(auto drive, Drive::make(configured.session.get(), options.connect_timeout_s, options.stop));
  {
    Login login(location, options, configured, drive);
    TRY(login.connect());
    TRY(check_host_key(configured, escape(location.host)));
    TRY(login.authenticate());
  }
  TRY_ASSIGN(auto channel, start_agent(configured.session.get(), drive, options));
  return LoggedIn{std::move(configured.session), std::move(channel)};
}

} // namespace godwit::transport
