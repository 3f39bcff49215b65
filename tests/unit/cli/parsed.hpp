#pragma once
// Command lines, and what parse() makes of them.

#include <functional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "cli/parse.hpp"

namespace godwit::cli::test
{

using Arguments = std::vector<std::string>;

inline Arguments
split(const std::string& line)
{
  std::istringstream stream(line);
  Arguments words;
  for (std::string word; stream >> word;) {
    words.push_back(word);
  }
  return words;
}

inline model::Options
options_of(const Arguments& arguments, const Environment& environment = {})
{
  auto parsed = parse(arguments, environment);
  if (!parsed) {
    FAIL_CHECK(parsed.error().text);
    return {};
  }
  CHECK(parsed->kind == ParsedCommand::Kind::run);
  return std::move(parsed->options);
}

// `options` followed by two operands.
inline model::Options
options_of(const std::string& options)
{
  Arguments arguments = split(options);
  arguments.insert(arguments.end(), {"a", "b"});
  return options_of(arguments);
}

inline std::string
error_of(const Arguments& arguments)
{
  const auto parsed = parse(arguments, {});
  return parsed ? "accepted" : parsed.error().text;
}

inline std::string
error_of(const std::string& options)
{
  Arguments arguments = split(options);
  arguments.insert(arguments.end(), {"a", "b"});
  return error_of(arguments);
}

// Whether the options that a line gives are as they should be.
inline bool
given(const std::string& line, const std::function<bool(const model::Options&)>& holds)
{
  return holds(options_of(line));
}

} // namespace godwit::cli::test
