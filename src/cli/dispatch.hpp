#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "godwit/model/event.hpp"
#include "godwit/model/options.hpp"
#include "output.hpp"
#include "parse.hpp"

namespace godwit::cli
{

// What the command line sets to work; main wires the real ones. Each returns an exit code.
struct Engine {
  std::function<int(const model::Options&, model::EventSink&, std::stop_token)> run;
  std::function<int()> agent;
};

// Does what the arguments (without the program's name) ask for and returns the
// exit code. `agent` alone starts the agent; with anything beside it, it is an operand.
int dispatch(const std::vector<std::string>& arguments, const Environment& environment,
             Output::Streams streams, const Engine& engine);

} // namespace godwit::cli
