#include "plan/wildmatch.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace godwit::plan
{

namespace
{

constexpr std::size_t npos = std::string_view::npos;

bool
is_between(unsigned char byte, unsigned char first, unsigned char last)
{
  return byte >= first && byte <= last;
}

bool
is_upper(unsigned char c)
{
  return is_between(c, 'A', 'Z');
}
bool
is_lower(unsigned char c)
{
  return is_between(c, 'a', 'z');
}
bool
is_digit(unsigned char c)
{
  return is_between(c, '0', '9');
}
bool
is_alpha(unsigned char c)
{
  return is_upper(c) || is_lower(c);
}
bool
is_alnum(unsigned char c)
{
  return is_alpha(c) || is_digit(c);
}
bool
is_blank(unsigned char c)
{
  return c == ' ' || c == '\t';
}
bool
is_space(unsigned char c)
{
  return c == ' ' || is_between(c, '\t', '\r');
}
bool
is_control(unsigned char c)
{
  return c < 32 || c == 127;
}
bool
is_print(unsigned char c)
{
  return is_between(c, 32, 126);
}
bool
is_graph(unsigned char c)
{
  return is_between(c, 33, 126);
}
bool
is_punct(unsigned char c)
{
  return is_graph(c) && !is_alnum(c);
}
bool
is_hex(unsigned char c)
{
  return is_digit(c) || is_between(c, 'a', 'f') || is_between(c, 'A', 'F');
}

using ByteTest = bool (*)(unsigned char);

ByteTest
named_class(std::string_view name)
{
  static constexpr std::array<std::pair<std::string_view, ByteTest>, 12> classes{{
      {"alnum", is_alnum},
      {"alpha", is_alpha},
      {"blank", is_blank},
      {"cntrl", is_control},
      {"digit", is_digit},
      {"graph", is_graph},
      {"lower", is_lower},
      {"print", is_print},
      {"punct", is_punct},
      {"space", is_space},
      {"upper", is_upper},
      {"xdigit", is_hex},
  }};
  for (const auto& [known, test] : classes) {
    if (known == name) {
      return test;
    }
  }
  return nullptr;
}

// Reads one bracket expression. `at` stands behind its `[` and is moved behind its `]`.
class ByteClass
{
public:
  ByteClass(std::string_view pattern, std::size_t& at) : m_pattern(pattern), m_at(at) {}

  bool
  matches(unsigned char byte)
  {
    const bool negated = m_at < m_pattern.size() && (m_pattern[m_at] == '!' || m_pattern[m_at] == '^');
    m_at += negated ? 1 : 0;
    bool found = false;
    bool is_first = true;
    while (m_at < m_pattern.size() && (is_first || m_pattern[m_at] != ']')) {
      is_first = false;
      found = item_matches(byte) || found;
    }
    if (m_at >= m_pattern.size() || m_is_broken) {
      return false;
    }
    ++m_at;
    return found != negated && byte != '/';
  }

private:
  bool
  item_matches(unsigned char byte)
  {
    if (m_pattern.substr(m_at).starts_with("[:")) {
      const std::size_t bracket = m_pattern.find(']', m_at + 2);
      if (bracket != npos && bracket >= m_at + 3 && m_pattern[bracket - 1] == ':') {
        const ByteTest test = named_class(m_pattern.substr(m_at + 2, bracket - m_at - 3));
        m_at = bracket + 1;
        m_is_broken = m_is_broken || test == nullptr;
        return test != nullptr && test(byte);
      }
    }
    const unsigned char first = take();
    const bool is_range = m_at + 1 < m_pattern.size() && m_pattern[m_at] == '-' && m_pattern[m_at + 1] != ']';
    if (!is_range) {
      return byte == first;
    }
    ++m_at;
    return is_between(byte, first, take());
  }

  unsigned char
  take()
  {
    if (m_pattern[m_at] == '\\' && m_at + 1 < m_pattern.size()) {
      ++m_at;
    }
    return static_cast<unsigned char>(m_pattern[m_at++]);
  }

  std::string_view m_pattern;
  std::size_t& m_at;
  bool m_is_broken = false;
};

// Where matching goes on if what follows a star does not match: it takes one byte more.
struct Retry {
  std::size_t pattern_at = npos;
  std::size_t text_at = 0;
};

class Matching
{
public:
  Matching(std::string_view pattern, std::string_view text) : m_pattern(pattern), m_text(text) {}

  bool
  run()
  {
    while (true) {
      if (m_pattern_at == m_pattern.size()) {
        if (m_text_at == m_text.size()) {
          return true;
        }
      } else if (m_pattern[m_pattern_at] == '*') {
        pass_stars();
        continue;
      } else if (m_text_at < m_text.size() && step()) {
        continue;
      }
      if (!retry()) {
        return false;
      }
    }
  }

private:
  void
  pass_stars()
  {
    const std::size_t begin = m_pattern_at;
    m_pattern_at = m_pattern.find_first_not_of('*', begin);
    m_pattern_at = m_pattern_at == npos ? m_pattern.size() : m_pattern_at;
    m_star = {};
    (m_pattern_at - begin > 1 ? m_double_star : m_star) = {m_pattern_at, m_text_at};
  }

  // One byte of text against one element of the pattern.
  bool
  step()
  {
    const auto byte = static_cast<unsigned char>(m_text[m_text_at]);
    char element = m_pattern[m_pattern_at++];
    bool matched = false;
    if (element == '?') {
      matched = byte != '/';
    } else if (element == '[') {
      matched = ByteClass(m_pattern, m_pattern_at).matches(byte);
    } else {
      if (element == '\\' && m_pattern_at < m_pattern.size()) {
        element = m_pattern[m_pattern_at++];
      }
      matched = byte == static_cast<unsigned char>(element);
    }
    m_text_at += matched ? 1 : 0;
    return matched;
  }

  // A later star can take whatever an earlier one of its kind could have taken, so one of each kind is
  // enough.
  bool
  retry()
  {
    if (m_star.pattern_at != npos && m_star.text_at < m_text.size() && m_text[m_star.text_at] != '/') {
      m_text_at = ++m_star.text_at;
      m_pattern_at = m_star.pattern_at;
      return true;
    }
    if (m_double_star.pattern_at != npos && m_double_star.text_at < m_text.size()) {
      m_star = {};
      m_text_at = ++m_double_star.text_at;
      m_pattern_at = m_double_star.pattern_at;
      return true;
    }
    return false;
  }

  std::string_view m_pattern;
  std::string_view m_text;
  std::size_t m_pattern_at = 0;
  std::size_t m_text_at = 0;
  Retry m_star;
  Retry m_double_star;
};

} // namespace

bool
wildmatch(std::string_view pattern, std::string_view text)
{
  return Matching(pattern, text).run();
}

} // namespace godwit::plan
