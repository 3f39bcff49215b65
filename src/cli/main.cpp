#include <csignal>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dispatch.hpp"
#include "godwit/base/stop.hpp"
#include "godwit/endpoint/agent.hpp"
#include "godwit/model/exit_code.hpp"
#include "godwit/session/run.hpp"

namespace
{

using namespace godwit;

// No file that is opened later may take the place of a standard stream.
void
hold_standard_streams()
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) == -1) {
      [[maybe_unused]] const int held = ::open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY);
    }
  }
}

int
run_session(const model::Options& options, model::EventSink& events, std::stop_token stop, mode_t user_umask)
{
  if (const auto installed = install_stop_signals(); !installed) {
    events.on(model::Failed{installed.error()});
    return model::exit_code_of_run(installed.error());
  }
  return session::run(options, events, stop, user_umask).exit_code;
}

int
run_command(int argc, char** argv)
{
  hold_standard_streams();
  std::signal(SIGPIPE, SIG_IGN);
  // Buffers of 128 KiB come and go by the thousand: from the heap, not each by its own mapping.
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 32 << 20);
  const mode_t user_umask = ::umask(0);
  const cli::Engine engine{
      [user_umask](const model::Options& options, model::EventSink& events, std::stop_token stop) {
        return run_session(options, events, std::move(stop), user_umask);
      },
      [user_umask] { return endpoint::run_agent(STDIN_FILENO, STDOUT_FILENO, user_umask); },
  };
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  return cli::dispatch(arguments, cli::process_environment(), cli::Output::process_streams(), engine);
}

int
tell(std::string_view text, int code)
{
  const std::string line = "godwit: " + std::string(text) + "\n";
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
  return code;
}

} // namespace

int
main(int argc, char** argv)
{
  try {
    return run_command(argc, argv);
  } catch (const std::bad_alloc&) {
    return tell("out of memory", model::exit_code::memory);
  } catch (const std::exception& error) {
    return tell(error.what(), model::exit_code::output);
  }
}
