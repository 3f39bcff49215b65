#pragma once
// The options that godwit has: what they are called, what they do, how help
// describes them. The one place to add an option.

#include <span>
#include <string_view>

#include "godwit/base/result.hpp"
#include "godwit/model/options.hpp"

namespace godwit::cli
{

// Options while they are being read.
struct Draft {
  model::Options options;
  bool wants_help = false;
  bool wants_version = false;
  bool deletes = false; // without a time: --delete, --delete-excluded
  bool deletes_before = false;
  bool deletes_during = false;
  bool deletes_after = false;
  bool deletes_delayed = false;
  bool dirs_are_off = false; // by --no-dirs: not even a list has them
  int file_system_limits = 0; // how often -x was given
};

// One use of an option.
struct Setting {
  bool on = true; // false: by one of the names that turn it off
  std::string_view value;
};

struct OptionSpec {
  std::string_view names; // comma-separated, as CLI11 takes them
  std::string_view off;   // names that turn it off
  std::string_view value; // what its value is called; empty: it takes none
  std::string_view group;
  std::string_view help;
  Result<> (*apply)(Draft&, const Setting&);
};

// In the order that help lists them.
std::span<const OptionSpec> option_specs();

} // namespace godwit::cli
