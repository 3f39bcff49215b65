#pragma once

#include <functional>

#include "godwit/base/budget.hpp"
#include "godwit/base/result.hpp"
#include "godwit/proto/messages.hpp"

namespace godwit::endpoint {

// A message and what its bytes cost until they are used up.
struct Parcel {
  proto::Message message;
  Lease lease;
};

// A set of folder trees that can be scanned, read and changed. Requests are
// messages, so are the answers; the order and the meaning stand in
// proto/messages.hpp. Here Local does it, Remote asks an agent to.
class Endpoint
{
public:
  virtual ~Endpoint() = default;
  // First of all, and once: opens the roots. Opened or Fatal is the first answer.
  virtual void begin(const proto::Open& request) = 0;
  // After begin(), whose answer need not have come. Never waits for an answer. Called by one thread.
  virtual void send(Parcel request) = 0;
  // Ends what is under way; no answers come afterwards. Any thread.
  virtual void stop() = 0;
};

// Takes answers; called on any thread of the endpoint, must not block.
using Answers = std::function<void(Parcel)>;

} // namespace godwit::endpoint
