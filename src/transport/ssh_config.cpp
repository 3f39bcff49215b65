#include "transport/ssh_config.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <sstream>
#include <utility>

#include <glob.h>

#include "transport/ssh_pattern.hpp"

namespace godwit::transport
{
namespace
{

constexpr int max_include_depth = 16; // as ssh has it

struct Directive {
  std::string name; // in lower case
  std::vector<std::string> values;
};

// `Name value "quoted value"`, `Name=value`; nothing for comments and empty lines.
Directive
parse_line(std::string_view line)
{
  Directive directive;
  std::string word;
  bool is_quoted = false;
  const auto end_word = [&] {
    if (!word.empty()) {
      directive.values.push_back(std::exchange(word, {}));
    }
  };
  const auto is_blank = [](char c) {
    return c == ' ' || c == '\t' || c == '\r';
  };
  // One `=` may stand between name and value, with or without blanks.
  const auto divides = [&] {
    return directive.values.size() + (word.empty() ? 0 : 1) == 1;
  };
  for (const char c : line) {
    if (c == '"') {
      is_quoted = !is_quoted;
    } else if (!is_quoted && (is_blank(c) || (c == '=' && divides()))) {
      end_word();
    } else if (!is_quoted && c == '#' && word.empty()) {
      break;
    } else {
      word += c;
    }
  }
  end_word();
  if (!directive.values.empty()) {
    directive.name = directive.values.front();
    directive.values.erase(directive.values.begin());
    std::transform(directive.name.begin(), directive.name.end(), directive.name.begin(),
                   [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  }
  return directive;
}

std::string
joined(const std::vector<std::string>& values)
{
  std::string text;
  for (const std::string& value : values) {
    text += (text.empty() ? "" : " ") + value;
  }
  return text;
}

// Directives that change whom we trust or who we are, and that libssh ignores.
bool
needs_ssh(const Directive& directive)
{
  constexpr std::array always = {"hostkeyalias", "certificatefile", "proxyusefdpass"};
  constexpr std::array unless_off = {"revokedhostkeys", "knownhostscommand", "canonicalizehostname"};
  const std::string value = joined(directive.values);
  const bool is_off = value == "none" || value == "no";
  const auto is_named = [&](const char* name) {
    return directive.name == name;
  };
  return (std::any_of(always.begin(), always.end(), is_named) && value != "no") ||
         (std::any_of(unless_off.begin(), unless_off.end(), is_named) && !is_off);
}

class Reader
{
public:
  Reader(SshConfigFacts& facts, std::string_view host, const std::string& folder)
      : m_facts(facts), m_host(host), m_folder(folder)
  {
  }

  void
  read(std::string_view text)
  {
    bool applies = true;
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      const Directive directive = parse_line(text.substr(0, end));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      if (directive.name == "host") {
        applies = matches_list(m_host, joined(directive.values), " ");
      } else if (directive.name == "match") {
        applies = true;
      } else if (applies && !directive.name.empty()) {
        note(directive);
      }
    }
  }

  void
  read_file(const std::string& path)
  {
    std::ostringstream text;
    if (std::ifstream file(path); file) {
      text << file.rdbuf();
    }
    read(text.str());
  }

private:
  void
  note(const Directive& directive)
  {
    if (directive.name == "include") {
      include(directive.values);
      return;
    }
    if (m_facts.unsupported.empty() && needs_ssh(directive)) {
      m_facts.unsupported = directive.name + " " + joined(directive.values);
    }
    if (directive.name == "userknownhostsfile" || directive.name == "globalknownhostsfile") {
      m_facts.known_hosts_files.insert(m_facts.known_hosts_files.end(), directive.values.begin(),
                                       directive.values.end());
    }
    if (directive.name == "preferredauthentications" && m_facts.preferred_methods.empty()) {
      m_facts.preferred_methods = joined(directive.values);
    }
    note_switch(directive);
  }

  void
  note_switch(const Directive& directive)
  {
    const std::string value = joined(directive.values);
    const auto is_set = [&](const char* name, const char* to) {
      return directive.name == name && value == to;
    };
    m_facts.identities_only = m_facts.identities_only || is_set("identitiesonly", "yes");
    m_facts.batch_mode = m_facts.batch_mode || is_set("batchmode", "yes");
    m_facts.no_public_key = m_facts.no_public_key || is_set("pubkeyauthentication", "no");
    m_facts.no_password = m_facts.no_password || is_set("passwordauthentication", "no");
    m_facts.no_keyboard = m_facts.no_keyboard || is_set("kbdinteractiveauthentication", "no") ||
                          is_set("challengeresponseauthentication", "no");
  }

  void
  include(const std::vector<std::string>& patterns)
  {
    if (m_depth == max_include_depth) {
      return;
    }
    ++m_depth;
    for (const std::string& pattern : patterns) {
      const bool is_relative = !pattern.starts_with('/') && !pattern.starts_with('~');
      const std::string path = is_relative ? m_folder + "/" + pattern : pattern;
      glob_t found{};
      if (::glob(path.c_str(), GLOB_TILDE, nullptr, &found) == 0) {
        for (std::size_t at = 0; at < found.gl_pathc; ++at) {
          read_file(found.gl_pathv[at]);
        }
      }
      ::globfree(&found);
    }
    --m_depth;
  }

  SshConfigFacts& m_facts;
  std::string_view m_host;
  const std::string& m_folder;
  int m_depth = 0;
};

} // namespace

void
read_ssh_config(SshConfigFacts& facts, std::string_view text, std::string_view host,
                const std::string& folder)
{
  Reader(facts, host, folder).read(text);
}

void
read_ssh_config_file(SshConfigFacts& facts, const std::string& path, std::string_view host,
                     const std::string& folder)
{
  Reader(facts, host, folder).read_file(path);
}

} // namespace godwit::transport
