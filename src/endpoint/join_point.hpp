#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "godwit/endpoint/waker.hpp"
#include "godwit/fs/fd.hpp"
#include "godwit/proto/messages.hpp"

namespace godwit::endpoint {

// Where the agents of a run's further connections hand theirs to the first one: a
// socket with an abstract name of 128 random bits, for processes of this user that
// know another 128, which only the controller was told.
class JoinPoint
{
public:
  // For `most` further connections. To be made before the process confines itself.
  static Result<std::unique_ptr<JoinPoint>> make(std::size_t most);
  ~JoinPoint();

  // What the confinement has to let accept.
  int fd() const { return m_listener.get(); }
  // What a further agent has to be told.
  const proto::Join& key() const { return m_key; }
  // From now on `take` is called for each pair of descriptors that was handed over
  // (stdin, stdout of a further agent), on a thread of the JoinPoint's own; they
  // stay open as long as this object.
  using Take = std::function<void(int in_fd, int out_fd)>;
  void start(Take take);
  // No more calls of `take`.
  void stop();

private:
  JoinPoint(fs::Fd listener, proto::Join key, std::size_t most);
  void serve();
  Result<> admit(fs::Fd peer);

  // A further connection: the process it came from ends when `peer` is closed.
  struct Joined {
    fs::Fd peer;
    fs::Fd in;
    fs::Fd out;
  };

  fs::Fd m_listener;
  proto::Join m_key;
  std::size_t m_most;
  Take m_take;
  std::vector<Joined> m_joined;
  Waker m_waker;
  std::jthread m_thread;
};

// In the process of a further connection: hands its descriptors over, and returns
// when the first agent has ended or has not taken them. An error: it was not reached.
Result<> hand_over(const proto::Join& key, int in_fd, int out_fd);

} // namespace godwit::endpoint
