#include "cli/dispatch.hpp"

#include <csignal>

#include <doctest/doctest.h>
#include <fcntl.h>

#include "unit/cli/captured.hpp"
#include "unit/cli/entries.hpp"

using namespace godwit;
using namespace godwit::cli;
using namespace godwit::cli::test;

namespace
{

struct Ended {
  int code;
  std::string out;
  std::string err;
};

Ended
dispatched(const std::vector<std::string>& arguments, const Engine& engine)
{
  const Captured out;
  const Captured err;
  const int code = dispatch(arguments, {}, {out.fd(), err.fd(), false, false}, engine);
  return {code, out.text(), err.text()};
}

Engine
engine_with(int exit_code)
{
  return {[exit_code](const auto&, auto&, auto) { return exit_code; },
          [] {
            return 99;
          }};
}

} // namespace

TEST_CASE("agent on its own starts the agent, beside anything else it is an operand")
{
  CHECK(dispatched({"agent"}, engine_with(0)).code == 99);
  CHECK(dispatched({"agent", "b"}, engine_with(7)).code == 7);
  CHECK(dispatched({"-v", "agent"}, engine_with(7)).code == 7);
}

TEST_CASE("A usage error is one line and exit code 1, and nothing runs")
{
  const Ended ended = dispatched({"-aH", "a", "b"}, engine_with(99));
  CHECK(ended.code == 1);
  CHECK(ended.out.empty());
  CHECK(ended.err == "godwit: --hard-links (-H) is not supported yet\n");
}

TEST_CASE("Version and help are printed")
{
  CHECK(dispatched({"--version"}, engine_with(99)).out.starts_with("godwit version " GODWIT_VERSION "\n"));
  const Ended help = dispatched({"--help"}, engine_with(99));
  CHECK(help.code == 0);
  CHECK(help.out == help_text());
}

TEST_CASE("A run that went on after errors says so in its last line")
{
  const Ended ended = dispatched({"a", "b"}, engine_with(23));
  CHECK(ended.code == 23);
  CHECK(ended.err ==
        "godwit: some files or attributes were not transferred, see the errors above (code 23)\n");
  CHECK(dispatched({"a", "b"}, engine_with(11)).err.empty());
}

TEST_CASE("Figures are printed for a run that came to its end, not for one that was cut short")
{
  const auto finishing_with = [](int code) {
    return Engine{[code](const model::Options&, model::EventSink& events, std::stop_token) {
                    events.on(model::RunFinished{{}, false});
                    return code;
                  },
                  [] {
                    return 0;
                  }};
  };
  for (const int code : {0, 23, 24, 25}) {
    CHECK(dispatched({"-v", "a", "b"}, finishing_with(code)).out.find("total size is 0") !=
          std::string::npos);
  }
  for (const int code : {3, 11, 12, 20, 255}) {
    CHECK(dispatched({"-v", "a", "b"}, finishing_with(code)).out.empty());
  }
}

TEST_CASE("Output that cannot be written stops the run and is its outcome")
{
  std::signal(SIGPIPE, SIG_IGN);
  bool was_stopped = false;
  const Engine engine{[&](const model::Options&, model::EventSink& events, std::stop_token stop) {
                        for (int i = 0; i < 20000 && !stop.stop_requested(); ++i) {
                          events.on(model::ItemPlanned{creation(entry("file"))});
                        }
                        was_stopped = stop.stop_requested();
                        return 20;
                      },
                      [] {
                        return 0;
                      }};
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  ::close(ends[0]);
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  for (const auto& [fd, cause] :
       {std::pair(ends[1], "Broken pipe"), std::pair(full, "No space left on device")}) {
    const Captured err;
    CHECK(dispatch({"-v", "a", "b"}, {}, {fd, err.fd(), false, false}, engine) == 13);
    CHECK(was_stopped);
    CHECK(err.text() == std::string("godwit: cannot write to the standard output: ") + cause + "\n");
    ::close(fd);
  }
}

TEST_CASE("Lines to both streams come in the order in which they were written")
{
  const Captured both;
  {
    Output output({both.fd(), both.fd(), false, false}, {});
    output.line("one");
    output.error_line("two");
    output.redraw("three");
    output.line("four");
  }
  CHECK(both.text() == "one\ntwo\n\rthree\nfour\n");
}
