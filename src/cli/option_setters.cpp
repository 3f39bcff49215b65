#include "option_setters.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "godwit/base/escape.hpp"
#include "godwit/model/rule_parser.hpp"
#include "info_words.hpp"
#include "rate_option.hpp"
#include "rule_file.hpp"
#include "size.hpp"

namespace godwit::cli::setters
{

using model::Options;
using model::RuleForm;

namespace
{

// The option that gave a rule belongs into what is wrong with it.
Result<>
named(std::string_view option, Result<> added)
{
  if (!added) {
    return make_error(ErrorKind::usage, fmt::format("{}: {}", option, added.error().text));
  }
  return added;
}

Result<>
seconds(int& into, const Setting& setting, std::string_view name)
{
  TRY_ASSIGN(const int given, parse_int(setting.on ? setting.value : "0", name));
  if (given < 0) {
    return make_error(ErrorKind::usage,
                      fmt::format("--{}={} is invalid: give seconds, or 0 for none", name, given));
  }
  into = given;
  return {};
}

} // namespace

Result<>
filter(Draft& draft, const Setting& setting)
{
  return named("--filter (-f)", add_rule(draft.options.rules, setting.value, RuleForm::filter));
}

Result<>
exclude(Draft& draft, const Setting& setting)
{
  return named("--exclude", add_rule(draft.options.rules, setting.value, RuleForm::exclude));
}

Result<>
include(Draft& draft, const Setting& setting)
{
  return named("--include", add_rule(draft.options.rules, setting.value, RuleForm::include));
}

Result<>
exclude_from(Draft& draft, const Setting& setting)
{
  TRY_ASSIGN(const std::string content, read_rule_file(setting.value));
  return named("--exclude-from", add_rule_lines(draft.options.rules, content, RuleForm::exclude));
}

Result<>
include_from(Draft& draft, const Setting& setting)
{
  TRY_ASSIGN(const std::string content, read_rule_file(setting.value));
  return named("--include-from", add_rule_lines(draft.options.rules, content, RuleForm::include));
}

Result<>
idle(Draft&, const Setting&)
{
  return {};
}

Result<>
archive(Draft& draft, const Setting&)
{
  Options& o = draft.options;
  o.recursive = o.links = o.perms = o.times = o.group = o.owner = o.devices = o.specials = true;
  return {};
}

Result<>
devices_and_specials(Draft& draft, const Setting& setting)
{
  draft.options.devices = draft.options.specials = setting.on;
  return {};
}

Result<>
dirs(Draft& draft, const Setting& setting)
{
  draft.options.dirs = setting.on;
  draft.dirs_are_off = !setting.on;
  return {};
}

Result<>
one_file_system(Draft& draft, const Setting& setting)
{
  draft.file_system_limits = setting.on ? draft.file_system_limits + 1 : 0;
  draft.options.one_file_system = setting.on;
  return {};
}

Result<>
delete_excluded(Draft& draft, const Setting&)
{
  draft.deletes = true;
  draft.options.delete_excluded = true;
  return {};
}

Result<>
max_delete(Draft& draft, const Setting& setting)
{
  TRY_ASSIGN(const int most, parse_int(setting.value, "max-delete"));
  draft.options.max_delete = static_cast<std::uint64_t>(std::max(most, 0));
  return {};
}

Result<>
min_size(Draft& draft, const Setting& setting)
{
  TRY_ASSIGN(const std::uint64_t size, parse_size(setting.value, SizeUnit::bytes, "min-size"));
  draft.options.min_size = size;
  return {};
}

Result<>
max_size(Draft& draft, const Setting& setting)
{
  TRY_ASSIGN(const std::uint64_t size, parse_size(setting.value, SizeUnit::bytes, "max-size"));
  draft.options.max_size = size;
  return {};
}

Result<>
modify_window(Draft& draft, const Setting& setting)
{
  TRY_ASSIGN(const int seconds, parse_int(setting.value, "modify-window"));
  draft.options.modify_window_s = std::max(seconds, -1);
  return {};
}

Result<>
bandwidth(Draft& draft, const Setting& setting)
{
  TRY_ASSIGN(draft.options.bandwidth, parse_rates(setting.on ? setting.value : "0"));
  return {};
}

// rsync takes 0 for zstd's default, and cuts what is out of range.
Result<>
compress_level(Draft& draft, const Setting& setting)
{
  constexpr int default_level = 3;
  TRY_ASSIGN(const int level, parse_int(setting.value, "compress-level"));
  draft.options.compress_level = level == 0 ? default_level : level;
  draft.options.compress = true;
  return {};
}

Result<>
compress_choice(Draft& draft, const Setting& setting)
{
  if (setting.value != "zstd" && setting.value != "auto" && setting.value != "none") {
    return make_error(ErrorKind::usage,
                      fmt::format("--compress-choice={} is not supported: give zstd, auto or none",
                                  escape(setting.value)));
  }
  draft.options.compress = setting.value != "none";
  return {};
}

Result<>
timeout(Draft& draft, const Setting& setting)
{
  return seconds(draft.options.timeout_s, setting, "timeout");
}

Result<>
connect_timeout(Draft& draft, const Setting& setting)
{
  return seconds(draft.options.connect_timeout_s, setting, "contimeout");
}

Result<>
connections(Draft& draft, const Setting& setting)
{
  constexpr int most = 32;
  if (setting.value == "auto") {
    draft.options.connections = 0;
    return {};
  }
  const auto count = parse_int(setting.value, "connections");
  if (!count || *count < 1 || *count > most) {
    return make_error(ErrorKind::usage, fmt::format("--connections={} is invalid: give 1 to {}, or auto",
                                                    escape(setting.value), most));
  }
  draft.options.connections = static_cast<std::size_t>(*count);
  return {};
}

Result<>
transport(Draft& draft, const Setting& setting)
{
  if (setting.value != "ssh" && setting.value != "libssh") {
    return make_error(ErrorKind::usage,
                      fmt::format("--transport={} is unknown: give ssh or libssh", escape(setting.value)));
  }
  draft.options.transport = setting.value == "ssh" ? model::TransportKind::ssh : model::TransportKind::libssh;
  return {};
}

Result<>
partial_dir(Draft& draft, const Setting& setting)
{
  draft.options.partial = true;
  draft.options.partial_dir = setting.value;
  return {};
}

Result<>
partial_and_progress(Draft& draft, const Setting&)
{
  draft.options.partial = draft.options.progress = true;
  return {};
}

Result<>
info(Draft& draft, const Setting& setting)
{
  return read_info_words(draft.options, setting.value);
}

} // namespace godwit::cli::setters
