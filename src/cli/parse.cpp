#include "parse.hpp"

#include <cstdlib>
#include <string_view>
#include <utility>

#include "command_line.hpp"
#include "godwit/model/exit_code.hpp"
#include "option_table.hpp"

namespace godwit::cli
{

using model::DeleteWhen;

namespace
{

std::string
variable(const Environment& environment, const std::string& name)
{
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

Result<DeleteWhen>
when_to_delete(const Draft& draft)
{
  const int times = int{draft.deletes_before} + int{draft.deletes_during || draft.deletes_delayed} +
                    int{draft.deletes_after};
  if (times > 1) {
    return make_error(ErrorKind::usage, "only one of --delete-before, --delete-during, --delete-delay and "
                                        "--delete-after can be given");
  }
  if (draft.deletes_before) {
    return DeleteWhen::before;
  }
  if (draft.deletes_delayed) {
    return DeleteWhen::delay;
  }
  if (draft.deletes_after) {
    return DeleteWhen::after;
  }
  return draft.deletes || draft.deletes_during ? DeleteWhen::during : DeleteWhen::never;
}

// With one operand there is nothing to copy to; a destination is of no use to a list.
Result<>
settle_operands(Draft& draft, std::vector<std::string> operands)
{
  model::Options& options = draft.options;
  options.operands = std::move(operands);
  if (options.operands.empty()) {
    return make_error(ErrorKind::usage, "nothing to copy: give SRC... DEST (godwit --help tells more)");
  }
  if (options.operands.size() == 1) {
    options.list_only = true;
  } else if (options.list_only) {
    options.operands.pop_back();
  }
  if (options.list_only && !options.recursive && !draft.dirs_are_off) {
    options.dirs = true;
  }
  return {};
}

Result<>
settle_removals(Draft& draft)
{
  model::Options& options = draft.options;
  TRY_ASSIGN(options.delete_when, when_to_delete(draft));
  if (options.deletes() && !options.recursive && !options.dirs) {
    return make_error(ErrorKind::usage, "--delete does not work without --recursive (-r) or --dirs (-d)");
  }
  return {};
}

Result<>
settle_in_place(model::Options& options)
{
  const bool appends = options.append != model::Append::none;
  if (appends && options.whole_file == true) {
    return make_error(ErrorKind::usage,
                      "--append cannot be used with --whole-file (-W): it sends the end of a file alone");
  }
  options.in_place = options.in_place || appends;
  if (options.in_place && !options.partial_dir.empty()) {
    return make_error(ErrorKind::usage, std::string(appends ? "--append" : "--inplace") +
                                            " cannot be used with --partial-dir: what is written where it belongs "
                                            "is not kept elsewhere");
  }
  return {};
}

// What is kept in a folder beside the files must outlive --delete.
void
settle_partial_dir(model::Options& options, const Environment& environment)
{
  if (options.in_place) {
    options.partial = false; // what arrived is where it belongs
    return;
  }
  std::string& dir = options.partial_dir;
  if (dir.empty() && options.partial) {
    dir = variable(environment, "RSYNC_PARTIAL_DIR");
  }
  while (dir.size() > 1 && dir.ends_with('/')) {
    dir.pop_back();
  }
  if (dir == ".") {
    dir.clear();
  }
  if (dir.empty()) {
    return;
  }
  options.partial = true;
  if (dir.front() != '/') {
    model::FilterRule rule;
    rule.folders_only = rule.perishable = true;
    rule.whole_path = dir.find('/') != std::string::npos;
    rule.pattern = dir;
    options.rules.push_back(std::move(rule));
  }
}

Result<model::Options>
settle(Draft draft, std::vector<std::string> operands, const Environment& environment)
{
  if (draft.file_system_limits > 1) {
    return make_error(ErrorKind::usage, "--one-file-system (-x) given twice is not supported yet");
  }
  model::Options& options = draft.options;
  TRY(settle_operands(draft, std::move(operands)));
  TRY(settle_removals(draft));
  TRY(settle_in_place(options));
  settle_partial_dir(options, environment);
  if (options.rsh.empty()) {
    options.rsh = variable(environment, "RSYNC_RSH");
  }
  return std::move(options);
}

} // namespace

Environment
process_environment()
{
  Environment environment;
  for (const char* name : {"POSIXLY_CORRECT", "RSYNC_RSH", "RSYNC_PARTIAL_DIR"}) {
    if (const char* value = std::getenv(name)) {
      environment.emplace(name, value);
    }
  }
  return environment;
}

Result<ParsedCommand>
parse(const std::vector<std::string>& arguments, const Environment& environment)
{
  if (arguments == std::vector<std::string>{"-h"}) {
    return ParsedCommand{ParsedCommand::Kind::help, {}};
  }
  OptionTable table;
  const OptionsEnd options_end =
      environment.contains("POSIXLY_CORRECT") ? OptionsEnd::at_first_operand : OptionsEnd::at_dashes;
  CommandLine line = split_command_line(arguments, table, options_end);
  Draft draft;
  TRY(table.apply(draft, line.uses));
  if (draft.wants_help) {
    return ParsedCommand{ParsedCommand::Kind::help, {}};
  }
  TRY(line.outcome);
  if (draft.wants_version) {
    return ParsedCommand{ParsedCommand::Kind::version, {}};
  }
  TRY_ASSIGN(auto options, settle(std::move(draft), std::move(line.operands), environment));
  return ParsedCommand{ParsedCommand::Kind::run, std::move(options)};
}

std::string
help_text()
{
  constexpr std::string_view head =
      "Usage: godwit [OPTION]... SRC... DEST\n"
      "       godwit [OPTION]... SRC... [USER@]HOST:DEST\n"
      "       godwit [OPTION]... [USER@]HOST:SRC... DEST\n"
      "       godwit [OPTION]... SRC          (lists it)\n"
      "\n"
      "Makes DEST equal to what is named by SRC, sending only what differs. A SRC with\n"
      "a slash at its end means what is in the folder, without one the folder itself.\n";
  constexpr std::string_view tail =
      "\n--no-NAME turns an option off again, as does --no-LETTER; the last one counts.\n"
      "man godwit tells more, also where godwit differs from rsync.\n";
  return std::string(head) + OptionTable().help() + std::string(tail);
}

std::string
version_text()
{
  return "godwit version " GODWIT_VERSION "\n"
         "Free software under the MIT licence; it comes with no warranty.\n";
}

} // namespace godwit::cli
