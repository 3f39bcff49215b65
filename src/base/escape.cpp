#include "godwit/base/escape.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>

namespace godwit {

namespace {

struct CodePoint {
  char32_t value;
  std::size_t bytes; // 0: not valid UTF-8
};

// RFC 3629: no overlong forms, no surrogates, at most U+10FFFF.
CodePoint
decode_utf8(std::string_view text)
{
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) {
    return {first, 1};
  }
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) {
    return {0, 0};
  }
  char32_t value = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) {
      return {0, 0};
    }
    value = (value << 6) | (byte(i) & 0x3FU);
  }
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool valid = value >= least[length] && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
  return valid ? CodePoint{value, length} : CodePoint{0, 0};
}

bool
acts_on_terminal(char32_t c)
{
  const bool control = (c < 0x20 && c != '\t') || (c >= 0x7F && c < 0xA0);
  const bool bidirectional = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E ||
                             c == 0x200F || c == 0x061C || c == 0x2028 || c == 0x2029;
  return control || bidirectional;
}

// Text that already looks escaped: its backslash is escaped too.
bool
looks_escaped(std::string_view text)
{
  const auto is_digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  return text.size() >= 5 && text[0] == '\\' && text[1] == '#' && is_digit(2) && is_digit(3) && is_digit(4);
}

enum class Backslashes : bool { keep, escape };

std::string
escape_as(std::string_view bytes, Backslashes backslashes)
{
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const CodePoint point = decode_utf8(bytes);
    const std::size_t length = point.bytes == 0 ? 1 : point.bytes;
    const bool is_mimicry = backslashes == Backslashes::escape && looks_escaped(bytes);
    if (point.bytes != 0 && !acts_on_terminal(point.value) && !is_mimicry) {
      out.append(bytes.substr(0, length));
    } else {
      for (const char c : bytes.substr(0, length)) {
        fmt::format_to(std::back_inserter(out), "\\#{:03o}", static_cast<std::uint8_t>(c));
      }
    }
    bytes.remove_prefix(length);
  }
  return out;
}

} // namespace

std::string
escape(std::string_view bytes)
{
  return escape_as(bytes, Backslashes::escape);
}

std::string
escape_text(std::string_view text)
{
  return escape_as(text, Backslashes::keep);
}

} // namespace godwit
