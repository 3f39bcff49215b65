#pragma once

#include <memory>
#include <string>
#include <vector>

#include "godwit/base/result.hpp"
#include "option_specs.hpp"

namespace CLI
{
class App;
}

namespace godwit::cli
{

// One use of an option on a command line.
struct OptionUse {
  std::string name; // with its dashes
  std::string value;
};

// option_specs() as a CLI11 application: it holds the table, matches names,
// runs what they stand for and lists them for the help. Values do not pass
// through it, only their numbers: it would take `[a,b]` for two values and an
// empty one for none.
class OptionTable
{
public:
  OptionTable();
  ~OptionTable();
  OptionTable(const OptionTable&) = delete;
  OptionTable& operator=(const OptionTable&) = delete;

  enum class Takes { nothing, a_value, unknown };
  // For a name with its dashes.
  Takes takes(const std::string& name) const;

  // Applies the uses in order, up to the first that is refused. Once only.
  Result<> apply(Draft& draft, const std::vector<OptionUse>& uses);

  // One line for each option, in groups.
  std::string help() const;

private:
  struct Run {
    Draft* draft = nullptr;
    const std::vector<OptionUse>* uses = nullptr;
    Result<> outcome;
  };

  void add(const OptionSpec& spec);
  void use(const OptionSpec& spec, const Setting& setting);

  std::unique_ptr<CLI::App> m_app;
  Run m_run;
};

} // namespace godwit::cli
