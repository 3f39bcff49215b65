#pragma once

#include <string>
#include <vector>

#include "godwit/base/result.hpp"
#include "option_table.hpp"

namespace godwit::cli
{

enum class OptionsEnd { at_dashes, at_first_operand };

// A command line taken apart: raw bytes, nothing interpreted.
struct CommandLine {
  std::vector<OptionUse> uses; // in order, each of a name that the table knows
  std::vector<std::string> operands;
  Result<> outcome; // why reading ended early; `uses` holds what stood before
};

// Reads arguments as popt does for rsync: bundled letters, `-eVALUE`, `-e=VALUE`,
// `-e VALUE`, `--name=VALUE`, `--name VALUE`, no abbreviations, options behind
// operands, `--`.
CommandLine split_command_line(const std::vector<std::string>& arguments, const OptionTable& table,
                               OptionsEnd options_end);

} // namespace godwit::cli
