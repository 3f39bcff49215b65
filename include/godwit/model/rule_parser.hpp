#pragma once
// The text of filter rules, as rsync reads it (RSYNC.md, 'Filter rules').

#include <optional>
#include <string_view>
#include <vector>

#include "godwit/base/result.hpp"
#include "godwit/model/filter_rule.hpp"

namespace godwit::model
{

// How a text that names no kind of rule is read.
enum class RuleForm {
  filter,  // --filter: every rule begins with its kind
  exclude, // --exclude and --exclude-from: a bare pattern; `+ `, `- ` and `!` are understood
  include, // --include and --include-from: likewise
};

// One rule; nothing for an empty text. Merge files and the modifiers C and x
// are refused by name.
Result<std::optional<FilterRule>> parse_rule(std::string_view text, RuleForm form);

// Adds the rule of `text` to `rules`; a clear rule empties them instead.
Result<> add_rule(std::vector<FilterRule>& rules, std::string_view text, RuleForm form);

// Adds the rules of a file's contents, one a line; lines that begin with `#`
// or `;` are comments.
Result<> add_rule_lines(std::vector<FilterRule>& rules, std::string_view content, RuleForm form);

} // namespace godwit::model
