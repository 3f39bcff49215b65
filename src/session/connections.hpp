#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "godwit/endpoint/remote.hpp"
#include "godwit/model/location.hpp"
#include "godwit/transport/connect.hpp"
#include "growth.hpp"

namespace godwit::session {

// The further connections of a run: logs in, on threads of its own, and makes them
// lines of the one agent. At most two logins are under way at a time, so sshd's
// MaxStartups is not met; the first that fails is the last that is tried.
class Connections
{
public:
  // `wanted` in all; 0: as many as pay. Borrows `remote`.
  Connections(const model::Location& location, transport::ConnectOptions options, endpoint::Remote& remote,
              std::size_t wanted);
  // Ends them all.
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  // From time to time, on one thread: looks whether there should be more. Never blocks.
  void tick();
  // Any thread.
  std::size_t in_use() const { return m_in_use; }
  // What is to be told, once; empty: nothing. Any thread.
  std::string take_notice();
  // No further one is made. After remote.stop(), before its end.
  void stop();

private:
  void want(std::size_t total);
  void make_some();
  Result<> make_one();

  const model::Location& m_location;
  transport::ConnectOptions m_options;
  endpoint::Remote& m_remote;
  std::size_t m_fixed;
  Growth m_growth;
  std::uint64_t m_asked_at = 0; // bytes moved when the last echo was asked for
  std::atomic<std::size_t> m_in_use = 1;
  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::size_t m_wanted = 1;
  std::size_t m_begun = 1;
  bool m_ends = false;
  std::string m_notice;
  std::vector<std::unique_ptr<transport::Connection>> m_connections;
  std::vector<std::jthread> m_threads;
};

} // namespace godwit::session
