#include "dispatch.hpp"

#include <string_view>

#include "godwit/base/stop.hpp"
#include "godwit/model/exit_code.hpp"
#include "text.hpp"

namespace godwit::cli
{

namespace
{

namespace exit_code = model::exit_code;

// What was printed may not have arrived: then that is how the command ends.
int
finish(Output& output, int code)
{
  output.finish();
  if (!output.outcome()) {
    output.error_line("godwit: " + output.outcome().error().text);
    return exit_code::output;
  }
  const std::string_view meaning = model::meaning_of_exit_code(code);
  if (!meaning.empty()) {
    output.error_line("godwit: " + std::string(meaning));
  }
  return code;
}

int
print(std::string_view text, Output::Streams streams)
{
  Output output(streams, {});
  text.remove_suffix(1);
  output.line(text);
  return finish(output, exit_code::ok);
}

int
run(const model::Options& options, Output::Streams streams, const Engine& engine)
{
  std::stop_source stop;
  const auto request = [&stop] {
    stop.request_stop();
  };
  const std::stop_callback by_signal(stop_token(), request);
  Output output(streams, request);
  TextSink sink(options, output);
  const int code = engine.run(options, sink, stop.get_token());
  if (model::is_lasting_exit_code(code)) {
    sink.summarize();
  }
  return finish(output, code);
}

} // namespace

int
dispatch(const std::vector<std::string>& arguments, const Environment& environment, Output::Streams streams,
         const Engine& engine)
{
  if (arguments == std::vector<std::string>{"agent"}) {
    return engine.agent();
  }
  const auto command = parse(arguments, environment);
  if (!command) {
    Output output(streams, {});
    output.error_line("godwit: " + command.error().text);
    return model::exit_code_of_run(command.error());
  }
  switch (command->kind) {
  case ParsedCommand::Kind::help:
    return print(help_text(), streams);
  case ParsedCommand::Kind::version:
    return print(version_text(), streams);
  case ParsedCommand::Kind::run:
    break;
  }
  return run(command->options, streams, engine);
}

} // namespace godwit::cli
