#include "godwit/transport/connect.hpp"

#include <doctest/doctest.h>

namespace
{

using godwit::Error;
using namespace godwit::transport;

Error
explained(const ExitReport& report, const ConnectOptions& options = {})
{
  return explain_exit(report, options, godwit::model::parse_location("u@h:p"));
}

bool
says(const Error& error, std::string_view text)
{
  return error.text.find(text) != std::string::npos && error.text.find('\n') == std::string::npos;
}

} // namespace

TEST_CASE("explain_exit names the remedy for an agent that is not there")
{
  const Error error = explained({127, false, "sh: 1: godwit: not found\n"});
  CHECK(error.exit_code == 127);
  CHECK(says(error, "'godwit' was not found there; install godwit"));
  CHECK(says(error, "--rsync-path"));
}

TEST_CASE("explain_exit tells a file that cannot be executed")
{
  ConnectOptions options;
  options.remote_program = "/opt/g\x1b";
  const Error error = explained({126, false, ""}, options);
  CHECK(error.exit_code == 126);
  CHECK(says(error, "'/opt/g\\#033' cannot be executed"));
}

TEST_CASE("explain_exit gives ssh's own last line")
{
  const Error error = explained({255, false, "Warning: x\nu@h: Permission denied (publickey).\n\n"});
  CHECK(error.exit_code == 255);
  CHECK(
      says(error, "cannot connect to u@h: u@h: Permission denied (publickey); check that 'ssh u@h' logs in"));
}

TEST_CASE("explain_exit calls everything else a broken stream")
{
  CHECK(explained({0, false, ""}).exit_code == 12);
  CHECK(explained({3, false, "boom\n"}).exit_code == 12);
  CHECK(says(explained({3, false, "boom\n"}), "ended at once (exit 3): boom"));
  CHECK(explained({128 + 9, true, ""}).exit_code == 12);
  CHECK(says(explained({128 + 9, true, ""}), "killed by signal 9"));
}
