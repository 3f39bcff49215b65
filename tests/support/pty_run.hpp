#pragma once

#include <functional>
#include <string>
#include <vector>

namespace godwit::test
{

struct PtyAnswer {
  std::string prompt; // wait until this has been printed,
  std::string text;   // then type this
};

struct PtyResult {
  int exit_code = -1;
  std::string output; // all that the terminal showed
};

// Runs `body` in a process of its own whose controlling terminal is a fresh
// one, and types the answers. The body's result is the exit code; doctest's
// checks do not work in there.
PtyResult run_on_pty(const std::function<int()>& body, const std::vector<PtyAnswer>& answers);

} // namespace godwit::test
