#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "godwit/proto/messages.hpp"

// A change of the wire is a change of this file, so that it is seen, and the
// protocol version with it.
TEST_CASE("the messages are those of the golden table")
{
  std::ifstream file(GODWIT_SOURCE_DIR "/tests/golden/messages.txt");
  const std::string golden{std::istreambuf_iterator<char>(file), {}};
  CHECK(godwit::proto::describe() == golden);
}
