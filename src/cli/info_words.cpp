#include "info_words.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "godwit/base/escape.hpp"

namespace godwit::cli
{

namespace
{

Result<>
read_word(model::Options& options, std::string_view word)
{
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  if (lower == "progress2" || lower == "progress0") {
    options.progress2 = lower == "progress2";
    return {};
  }
  return make_error(
      ErrorKind::usage,
      fmt::format("--info={} is not supported yet: only progress2 and progress0 are", escape(word)));
}

} // namespace

Result<>
read_info_words(model::Options& options, std::string_view words)
{
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(','), words.size());
    if (end != 0) {
      TRY(read_word(options, words.substr(0, end)));
    }
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return {};
}

} // namespace godwit::cli
