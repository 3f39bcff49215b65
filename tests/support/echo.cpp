#include "support/echo.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <thread>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

namespace godwit::test
{
namespace
{

constexpr std::size_t step_bytes = 256 * 1024;
constexpr std::size_t period_bytes = 8 * 104729; // not a multiple of any packet or buffer

// The stream that is sent: position p holds byte p % period of this.
const std::vector<char>&
pattern()
{
  static const std::vector<char> bytes = [] {
    std::vector<char> made(period_bytes);
    std::uint64_t state = 88172645463325252U;
    for (std::size_t at = 0; at < made.size(); at += 8) {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      std::memcpy(made.data() + at, &state, sizeof state);
    }
    return made;
  }();
  return bytes;
}

std::size_t
room_at(std::uint64_t position)
{
  return period_bytes - static_cast<std::size_t>(position % period_bytes);
}

void
send_all(transport::Connection& connection, std::uint64_t total)
{
  for (std::uint64_t at = 0; at < total;) {
    const std::size_t most = std::min({step_bytes, room_at(at), static_cast<std::size_t>(total - at)});
    const ssize_t count =
        ::send(connection.out_fd(), pattern().data() + at % period_bytes, most, MSG_NOSIGNAL);
    if (count <= 0) {
      return;
    }
    at += static_cast<std::uint64_t>(count);
  }
  connection.shutdown_write();
}

} // namespace

EchoResult
echo(transport::Connection& connection, std::uint64_t total)
{
  pattern();
  std::jthread sender([&] { send_all(connection, total); });
  EchoResult result;
  std::vector<char> buffer(step_bytes);
  for (;;) {
    const std::size_t most = std::min(buffer.size(), room_at(result.received));
    const ssize_t count = ::read(connection.in_fd(), buffer.data(), most);
    if (count <= 0) {
      return result;
    }
    const char* expected = pattern().data() + result.received % period_bytes;
    result.is_equal =
        result.is_equal && std::memcmp(expected, buffer.data(), static_cast<std::size_t>(count)) == 0;
    result.received += static_cast<std::uint64_t>(count);
  }
}

std::string
read_to_end(transport::Connection& connection)
{
  std::string all;
  std::array<char, 4096> buffer;
  ssize_t count = 0;
  while ((count = ::read(connection.in_fd(), buffer.data(), buffer.size())) > 0) {
    all.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return all;
}

} // namespace godwit::test
