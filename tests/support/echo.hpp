#pragma once

#include <cstdint>
#include <string>

#include "godwit/transport/connection.hpp"

namespace godwit::test
{

struct EchoResult {
  std::uint64_t received = 0;
  bool is_equal = true; // every byte came back as it was sent
};

// Writes `total` bytes from one thread, ends the stream, and reads what comes
// back on this one: full duplex, against a far end that is `cat`.
EchoResult echo(transport::Connection& connection, std::uint64_t total);

// Everything up to the end of the stream.
std::string read_to_end(transport::Connection& connection);

} // namespace godwit::test
