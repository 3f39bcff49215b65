#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <thread>

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

  std::uint64_t bytes_sent() const { return m_link.bytes_sent(); }
  std::uint64_t bytes_received() const { return m_link.bytes_received(); }
  std::uint64_t listing_bytes() const { return m_link.listing_bytes(); }

private:
  void read_loop();

  Link m_link;
  Answers m_answer;
  proto::Role m_role = proto::Role::source;
  std::jthread m_reader;
};

} // namespace godwit::endpoint
