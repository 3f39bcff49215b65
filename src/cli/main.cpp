#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "dispatch.hpp"
#include "godwit/base/stop.hpp"
#include "godwit/endpoint/agent.hpp"
#include "godwit/model/exit_code.hpp"
#include "godwit/session/run.hpp"

namespace {

using namespace godwit;

int
run_command(int argc, char** argv, mode_t user_umask)
{
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  const bool is_agent = arguments == std::vector<std::string>{"agent"};
  if (!is_agent) { // an agent ends with its line, and starts no thread before it is confined
    if (Result<> installed = install_stop_signals(); !installed) {
      std::fprintf(stderr, "godwit: %s\n", installed.error().text.c_str());
      return model::exit_code_of_run(installed.error());
    }
  }
  const cli::Engine engine{
      [user_umask](const model::Options& options, model::EventSink& events, std::stop_token stop) {
        return session::run(options, events, std::move(stop), user_umask).exit_code;
      },
      [user_umask] { return endpoint::run_agent(STDIN_FILENO, STDOUT_FILENO, user_umask); }};
  return cli::dispatch(arguments, cli::process_environment(), cli::Output::process_streams(), engine);
}

} // namespace

int
main(int argc, char** argv)
{
  std::signal(SIGPIPE, SIG_IGN);
  const mode_t user_umask = ::umask(0); // modes are given exactly; whoever is spawned gets it back
  try {
    return run_command(argc, argv, user_umask);
  } catch (const std::exception& caught) { // of the libraries: nothing of ours throws
    std::fprintf(stderr, "godwit: internal error: %s\n", caught.what());
    return 22;
  }
}
