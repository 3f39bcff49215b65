#pragma once

#include <map>
#include <string>
#include <vector>

#include "godwit/base/result.hpp"
#include "godwit/model/options.hpp"

namespace godwit::cli
{

// What a command line asks for. Options::list_only says that it only lists.
struct ParsedCommand {
  enum class Kind { run, help, version };
  Kind kind = Kind::run;
  model::Options options;
};

// The variables that are looked at: POSIXLY_CORRECT, RSYNC_RSH, RSYNC_PARTIAL_DIR.
using Environment = std::map<std::string, std::string>;
Environment process_environment();

// `arguments` without the program's name. Reads the rule files that are named.
Result<ParsedCommand> parse(const std::vector<std::string>& arguments, const Environment& environment);

std::string help_text();
std::string version_text();

} // namespace godwit::cli
