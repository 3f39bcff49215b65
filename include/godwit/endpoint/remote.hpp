#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "godwit/endpoint/endpoint.hpp"
#include "godwit/endpoint/link.hpp"

namespace godwit::endpoint {

// The trees of another machine, through an agent on two descriptors, which it
// borrows. What the agent says is checked against what it was asked for; the
// first answer that breaks a rule arrives as Fatal{protocol} and ends it.
class Remote : public Endpoint
{
public:
  Remote(int in_fd, int out_fd, const LinkSettings& settings, Answers answers);
  ~Remote() override;

  // Waits for the agent's Hello, until `deadline`. Returns what a login shell printed
  // before it. An error of kind protocol without a Hello carries what came instead.
  Result<std::string> greet(std::chrono::steady_clock::time_point deadline);
  void begin(const proto::Open& request) override; // after greet()
  void send(Parcel request) override;
  void stop() override;
  // After Finished: lets the agent go.
  Result<> close();

  // May the agent get further connections? Known with Opened. Any thread.
  bool can_be_joined() const { return m_can_be_joined; }
  // Makes the connection to another `godwit agent` a further line to this one. It borrows
  // the descriptors until its own end. Waits for the agent, until `deadline` or stop().
  // Where it fails the run goes on as it was. Any thread, several at once.
  Result<> join(int in_fd, int out_fd, std::chrono::steady_clock::time_point deadline);
  // Of what we send and of what the agent sends; 0: no limit. After begin(), by whoever sends.
  void set_rate(std::uint64_t bytes_per_second);
  void ask_for_echo() { m_link.ask_for_echo(); }
  std::optional<std::chrono::microseconds> round_trip() const { return m_link.round_trip(); }

  std::uint64_t bytes_sent() const { return m_link.bytes_sent(); }
  std::uint64_t bytes_received() const { return m_link.bytes_received(); }
  std::uint64_t listing_bytes() const { return m_link.listing_bytes(); }

private:
  // A further connection until the agent was heard on it, or it failed.
  struct Joining {
    Joining(int in_fd, int out_fd);
    Link greeting;
    Channel<bool> heard;
  };

  void read_loop();
  void note_round_trip(std::chrono::microseconds took);
  Result<> greet_further(Joining& joining, std::chrono::steady_clock::time_point deadline);

  Link m_link;
  Answers m_answer;
  proto::Role m_role = proto::Role::source;
  std::chrono::steady_clock::time_point m_asked; // Open was
  proto::Join m_join; // set before the next
  std::atomic<bool> m_can_be_joined = false;
  std::mutex m_joining_mutex;
  std::vector<std::shared_ptr<Joining>> m_joining; // owners: this list, join(), and the reading thread's callback
  bool m_is_stopped = false;
  std::jthread m_reader;
};

} // namespace godwit::endpoint
