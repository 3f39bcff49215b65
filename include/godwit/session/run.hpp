#pragma once

#include <stop_token>

#include <sys/types.h>

#include "godwit/model/event.hpp"
#include "godwit/model/options.hpp"

namespace godwit::session {

struct Outcome {
  int exit_code = 0;
};

// Makes the destination what the options ask for. Reports to `events` on the
// calling thread (PeerText from any); returns when all is done, has failed, or
// `stop` was requested and both ends have put away what was under way. The
// process's umask is 0, `user_umask` what it was.
Outcome run(const model::Options& options, model::EventSink& events, std::stop_token stop, mode_t user_umask);

} // namespace godwit::session
