// Patterns of any bytes against any text: it ends, and what is certain of a pattern holds.
#include "fuzz_input.hpp"

#include <string>
#include <vector>

#include "plan/wildmatch.hpp"

using namespace godwit;
using namespace godwit::testing;

namespace {

// The same by trying everything: row by row of the pattern, which prefixes of the text match it. No classes.
bool
matches_slowly(std::string_view pattern, std::string_view text)
{
  std::vector<bool> row(text.size() + 1, false);
  row[0] = true;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    std::vector<bool> next(text.size() + 1, false);
    if (pattern[at] == '*') {
      const std::size_t begin = at;
      while (at + 1 < pattern.size() && pattern[at + 1] == '*') {
        ++at;
      }
      next[0] = row[0];
      for (std::size_t i = 0; i < text.size(); ++i) {
        next[i + 1] = row[i + 1] || (next[i] && (at != begin || text[i] != '/'));
      }
    } else {
      const bool any = pattern[at] == '?';
      at += pattern[at] == '\\' && at + 1 < pattern.size() ? 1 : 0;
      for (std::size_t i = 0; i < text.size(); ++i) {
        next[i + 1] = row[i] && (any ? text[i] != '/' : text[i] == pattern[at]);
      }
    }
    row = std::move(next);
  }
  return row.back();
}

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count)
{
  FuzzInput input(bytes, std::min<std::size_t>(count, 512));
  const std::string pattern(as_text(input.bytes(input.number(1))));
  const std::string text(input.text());
  const bool matches = plan::wildmatch(pattern, text);
  if (pattern.find_first_of("*?[\\") == std::string::npos) {
    FUZZ_CHECK(matches == (pattern == text));
  }
  FUZZ_CHECK(plan::wildmatch("**", text));
  FUZZ_CHECK(plan::wildmatch("*", text) == (text.find('/') == std::string::npos));
  std::string escaped;
  for (const char letter : text) {
    escaped += '\\';
    escaped += letter;
  }
  FUZZ_CHECK(plan::wildmatch(escaped, text));
  FUZZ_CHECK(!matches || pattern.ends_with('\\') || plan::wildmatch(pattern + "**", text + "/more"));
  if (pattern.find('[') == std::string::npos) {
    FUZZ_CHECK(matches == matches_slowly(pattern, text));
  }
  return 0;
}
