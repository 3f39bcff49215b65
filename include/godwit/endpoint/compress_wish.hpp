#pragma once

#include "godwit/proto/run_messages.hpp"

namespace godwit::endpoint {

// What was asked of one direction's compression.
struct CompressWish {
  proto::CompressMode mode = proto::CompressMode::adaptive;
  int level = 0; // where it is fixed
};

} // namespace godwit::endpoint
