#include "option_table.hpp"

#include <charconv>
#include <cstdint>
#include <string_view>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "godwit/base/assert.hpp"

namespace godwit::cli
{

namespace
{

// "no-recursive,no-r" as CLI11 takes names.
std::string
with_dashes(std::string_view names)
{
  std::string text = "--" + std::string(names);
  for (std::size_t at = text.find(','); at != std::string::npos; at = text.find(',', at + 1)) {
    text.insert(at + 1, "--");
  }
  return text;
}

std::size_t
to_index(const std::string& digits)
{
  std::size_t index = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), index);
  return index;
}

// "-e, --rsh=COMMAND": its letter, and the first of its long names.
std::string
names_in_help(const CLI::Option& option)
{
  std::string text = option.get_snames().empty() ? "  " : "-" + option.get_snames().front();
  if (!option.get_lnames().empty()) {
    text += (option.get_snames().empty() ? "  --" : ", --") + option.get_lnames().front();
  }
  const std::string value = option.get_items_expected_max() == 0 ? "" : option.get_type_name();
  return value.empty() ? text : text + "=" + value;
}

std::string
other_names(const CLI::Option& option)
{
  std::string text;
  for (std::size_t i = 1; i < option.get_lnames().size(); ++i) {
    text += (text.empty() ? " (also --" : ", --") + option.get_lnames()[i];
  }
  return text.empty() ? text : text + ")";
}

} // namespace

OptionTable::OptionTable() : m_app(std::make_unique<CLI::App>())
{
  m_app->set_help_flag();
  for (const OptionSpec& spec : option_specs()) {
    add(spec);
  }
}

OptionTable::~OptionTable() = default;

void
OptionTable::add(const OptionSpec& spec)
{
  const std::string names(spec.names);
  const std::string group(spec.group);
  if (!spec.value.empty()) {
    const auto apply = [this, &spec](const std::string& index) {
      use(spec, Setting{true, (*m_run.uses)[to_index(index)].value});
    };
    m_app->add_option_function<std::string>(names, apply, std::string(spec.help))
        ->type_name(std::string(spec.value))
        ->allow_extra_args(false)
        ->take_last()
        ->trigger_on_parse()
        ->group(group);
  } else {
    m_app
        ->add_flag_function(
            names, [this, &spec](std::int64_t) { use(spec, Setting{}); }, std::string(spec.help))
        ->trigger_on_parse()
        ->group(group);
  }
  if (!spec.off.empty()) {
    m_app
        ->add_flag_function(with_dashes(spec.off),
                            [this, &spec](std::int64_t) {
                              use(spec, Setting{false, {}});
                            })
        ->trigger_on_parse()
        ->group("");
  }
}

void
OptionTable::use(const OptionSpec& spec, const Setting& setting)
{
  if (m_run.outcome) {
    m_run.outcome = spec.apply(*m_run.draft, setting);
  }
}

OptionTable::Takes
OptionTable::takes(const std::string& name) const
{
  const CLI::Option* option = m_app->get_option_no_throw(name);
  if (option == nullptr) {
    return Takes::unknown;
  }
  return option->get_items_expected_max() == 0 ? Takes::nothing : Takes::a_value;
}

Result<>
OptionTable::apply(Draft& draft, const std::vector<OptionUse>& uses)
{
  ASSERT(m_run.draft == nullptr);
  m_run = {&draft, &uses, {}};
  std::vector<std::string> last_first;
  for (std::size_t i = uses.size(); i-- > 0;) {
    const std::string& name = uses[i].name;
    const bool is_letter = name.size() == 2;
    if (takes(name) == Takes::nothing) {
      last_first.push_back(name);
    } else {
      last_first.push_back(fmt::format("{}{}{}", name, is_letter ? "" : "=", i));
    }
  }
  m_app->parse(std::move(last_first));
  return m_run.outcome;
}

std::string
OptionTable::help() const
{
  std::string text;
  std::string group;
  for (const CLI::Option* option : m_app->get_options()) {
    if (option->get_group().empty()) {
      continue;
    }
    if (option->get_group() != group) {
      group = option->get_group();
      text += fmt::format("\n{}:\n", group);
    }
    text += fmt::format("  {:<30} {}{}\n", names_in_help(*option), option->get_description(),
                        other_names(*option));
  }
  return text;
}

} // namespace godwit::cli
