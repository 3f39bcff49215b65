#pragma once

#include <stop_token>
#include <string>
#include <string_view>

#include "godwit/base/result.hpp"

namespace godwit::transport
{

enum class Echo : unsigned char { on, off };

// Asks one question on the controlling terminal and waits for the line.
// Prompts from a server are escaped here. A stop ends the wait with
// ErrorKind::stopped, and the terminal is as it was in every case.
Result<std::string> ask_on_terminal(std::string_view prompt, Echo echo, const std::stop_token& stop);

} // namespace godwit::transport
