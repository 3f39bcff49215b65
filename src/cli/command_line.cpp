#include "command_line.hpp"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "foreign_options.hpp"
#include "godwit/base/escape.hpp"

namespace godwit::cli
{

namespace
{

using Takes = OptionTable::Takes;

class Splitter
{
public:
  Splitter(const std::vector<std::string>& arguments, const OptionTable& table, OptionsEnd options_end)
      : m_arguments(arguments), m_table(table), m_options_end(options_end)
  {
  }

  CommandLine
  split() &&
  {
    while (m_line.outcome && m_next < m_arguments.size()) {
      m_line.outcome = take(m_arguments[m_next++]);
    }
    return std::move(m_line);
  }

private:
  Result<>
  take(const std::string& argument)
  {
    if (m_only_operands || argument.size() < 2 || argument.front() != '-') {
      m_only_operands |= m_options_end == OptionsEnd::at_first_operand;
      m_line.operands.push_back(argument);
      return {};
    }
    if (argument == "--") {
      m_only_operands = true;
      return {};
    }
    return argument[1] == '-' ? take_name(argument) : take_letters(argument);
  }

  Result<>
  take_name(const std::string& argument)
  {
    const std::size_t equals = argument.find('=');
    std::string name = argument.substr(0, equals);
    const Takes takes = m_table.takes(name);
    if (name.size() < 4 || takes == Takes::unknown) {
      return refuse(name);
    }
    if (takes == Takes::a_value) {
      return equals == std::string::npos ? take_next(std::move(name))
                                         : add(std::move(name), argument.substr(equals + 1));
    }
    if (equals != std::string::npos) {
      return error_of(argument, "option does not take an argument");
    }
    return add(std::move(name), {});
  }

  Result<>
  take_letters(const std::string& argument)
  {
    for (std::size_t i = 1; i < argument.size(); ++i) {
      std::string name{'-', argument[i]};
      const Takes takes = m_table.takes(name);
      if (takes == Takes::unknown) {
        return refuse(name);
      }
      if (takes == Takes::a_value) {
        std::string_view rest = std::string_view(argument).substr(i + 1);
        if (rest.empty()) {
          return take_next(std::move(name));
        }
        rest.remove_prefix(rest.front() == '=' ? 1 : 0);
        return add(std::move(name), std::string(rest));
      }
      TRY(add(std::move(name), {}));
    }
    return {};
  }

  Result<>
  take_next(std::string name)
  {
    if (m_next == m_arguments.size()) {
      return error_of(name, "missing argument");
    }
    return add(std::move(name), m_arguments[m_next++]);
  }

  Result<>
  add(std::string name, std::string value)
  {
    m_line.uses.push_back({std::move(name), std::move(value)});
    return {};
  }

  // An option that the table does not have; one that changes nothing passes.
  Result<>
  refuse(const std::string& name) const
  {
    const std::string_view bare = std::string_view(name).substr(name.starts_with("--") ? 2 : 1);
    const bool fits = (bare.size() == 1) != name.starts_with("--");
    if (fits && is_idle_name(bare)) {
      return {};
    }
    const std::string foreign = fits ? foreign_option(bare) : "";
    if (!foreign.empty()) {
      return make_error(ErrorKind::usage, foreign + " is not supported yet");
    }
    return error_of(name, "unknown option (godwit --help lists them)");
  }

  static Error
  error_of(std::string_view name, std::string_view why)
  {
    return make_error(ErrorKind::usage, fmt::format("{}: {}", escape(name), why));
  }

  const std::vector<std::string>& m_arguments;
  const OptionTable& m_table;
  OptionsEnd m_options_end;
  std::size_t m_next = 0;
  bool m_only_operands = false;
  CommandLine m_line;
};

} // namespace

CommandLine
split_command_line(const std::vector<std::string>& arguments, const OptionTable& table,
                   OptionsEnd options_end)
{
  return Splitter(arguments, table, options_end).split();
}

} // namespace godwit::cli
