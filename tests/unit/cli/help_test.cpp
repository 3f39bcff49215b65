#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cli/option_specs.hpp"
#include "cli/parse.hpp"

using namespace godwit::cli;

namespace
{

std::string
source_file(const std::string& path)
{
  std::ifstream file(GODWIT_SOURCE_DIR "/" + path);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::string>
names_of(const OptionSpec& spec)
{
  std::istringstream stream{std::string(spec.names)};
  std::vector<std::string> names;
  for (std::string name; std::getline(stream, name, ',');) {
    names.push_back(name);
  }
  return names;
}

bool
ends_name(char c)
{
  return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-');
}

// The name stands there whole, not as the beginning of a longer one.
bool
mentions(const std::string& text, const std::string& name)
{
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if ((at == 0 || ends_name(text[at - 1])) && (end == text.size() || ends_name(text[end]))) {
      return true;
    }
  }
  return false;
}

} // namespace

TEST_CASE("The help is the one in tests/golden/help.txt")
{
  CHECK(help_text() == source_file("tests/golden/help.txt"));
}

TEST_CASE("Every option stands in the help and in the manual page")
{
  const std::string help = help_text();
  const std::string page = source_file("man/godwit.1.md");
  for (const OptionSpec& spec : option_specs()) {
    for (const std::string& name : names_of(spec)) {
      CAPTURE(name);
      CHECK(mentions(help, name));
      CHECK(mentions(page, "**" + name + "**"));
    }
  }
}

TEST_CASE("Every line of the help fits a terminal of 100 columns")
{
  std::istringstream lines(help_text());
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(line.size() <= 100);
  }
}
