#pragma once

#include <memory>
#include <stop_token>

#include "godwit/base/channel.hpp"
#include "godwit/endpoint/local.hpp"
#include "godwit/endpoint/remote.hpp"
#include "godwit/model/event.hpp"
#include "godwit/model/location.hpp"
#include "godwit/model/options.hpp"
#include "godwit/model/side.hpp"
#include "connections.hpp"
#include "godwit/transport/connection.hpp"

namespace godwit::session {

// An answer, and whose it is.
struct Arrival {
  model::Side side = model::Side::source;
  endpoint::Parcel parcel;
};
using Inbox = Channel<Arrival>;

// Where the two sides of a run are, as the operands say.
struct Places {
  model::Direction direction = model::Direction::local;
  std::vector<std::string> sources; // paths alone
  std::string dest;                 // empty with --list-only
  model::Location remote;           // of a push or pull
};
Result<Places> places_of(const model::Options& options);

// What the options ask of both directions of a connection.
endpoint::CompressWish compress_wish(const model::Options& options);

// The two sides of a run. All answers go to `inbox`, which outlives it.
class Trees
{
public:
  Trees(const Places& places, const model::Options& options, Inbox& inbox, mode_t user_umask);
  ~Trees();

  // Sets out for the far end, if there is one; a login over ssh goes on beside the caller's work.
  Result<> connect(model::EventSink& events, std::stop_token stop);
  // Then waits for its greeting.
  Result<> await_greeting(model::EventSink& events, std::stop_token stop);
  endpoint::Endpoint& at(model::Side side) { return side == model::Side::source ? *m_source : *m_dest; }
  endpoint::Endpoint& source() { return *m_source; }
  endpoint::Endpoint& dest() { return *m_dest; }
  // Both sides are on this machine: files need not pass through messages.
  bool are_local() const { return m_local_source != nullptr && m_local_dest != nullptr; }
  void copy(std::vector<proto::PutFile> files) { m_local_dest->copy(*m_local_source, std::move(files)); }
  bool dest_lies_inside_source() const { return are_local() && m_local_dest->lies_inside(*m_local_source); }
  // The side that is elsewhere, if any.
  const endpoint::Remote* remote() const { return m_remote; }
  model::Side remote_side() const { return m_remote_side; }
  bool is_remote(model::Side side) const { return m_remote != nullptr && m_remote_side == side; }
  // How many connections the far end should be ready for, and how much it may send a second.
  std::size_t most_connections() const;
  std::uint64_t rate_now() const;
  // From time to time, once both are opened: further connections, another rate. Never blocks.
  void tick(model::EventSink& events);
  // What ended the connection, in words, for an error that says it ended.
  Error explain(Error error);
  void stop();

private:
  endpoint::Answers answers_of(model::Side side);
  void tick_rate();
  void tick_connections(model::EventSink& events);

  Places m_places;
  const model::Options& m_options;
  Inbox& m_inbox;
  mode_t m_user_umask;
  transport::ConnectOptions m_connect_options;
  std::unique_ptr<transport::Connection> m_connection; // before what borrows its descriptors
  std::unique_ptr<endpoint::Endpoint> m_source;
  std::unique_ptr<endpoint::Endpoint> m_dest;
  endpoint::Local* m_local_source = nullptr;
  endpoint::Local* m_local_dest = nullptr;
  endpoint::Remote* m_remote = nullptr;
  model::Side m_remote_side = model::Side::source;
  std::uint64_t m_rate = 0;                   // that holds now
  std::unique_ptr<Connections> m_connections; // beside the first, once there may be any
};

} // namespace godwit::session
