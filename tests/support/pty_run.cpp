#include "support/pty_run.hpp"

#include <array>

#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

namespace godwit::test
{

PtyResult
run_on_pty(const std::function<int()>& body, const std::vector<PtyAnswer>& answers)
{
  int terminal = -1;
  const pid_t pid = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (pid == 0) {
    ::_exit(body());
  }
  PtyResult result;
  if (pid == -1) {
    return result;
  }
  std::size_t asked = 0;
  std::size_t searched = 0;
  std::array<char, 1024> buffer;
  ssize_t count = 0;
  while ((count = ::read(terminal, buffer.data(), buffer.size())) > 0) {
    result.output.append(buffer.data(), static_cast<std::size_t>(count));
    if (asked == answers.size()) {
      continue;
    }
    const std::size_t found = result.output.find(answers[asked].prompt, searched);
    if (found != std::string::npos) {
      searched = found + answers[asked].prompt.size();
      const std::string& text = answers[asked++].text;
      count = ::write(terminal, text.data(), text.size());
    }
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  ::close(terminal);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

} // namespace godwit::test
