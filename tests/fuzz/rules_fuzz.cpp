// Filter rules of any text, and the decisions of what was understood.
#include "fuzz_input.hpp"

#include "godwit/model/rule_parser.hpp"
#include "godwit/plan/filter.hpp"

using namespace godwit;
using namespace godwit::testing;

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count)
{
  FuzzInput input(bytes, std::min<std::size_t>(count, 1024));
  const auto form = static_cast<model::RuleForm>(input.below(3));
  const bool delete_excluded = input.below(2) != 0;
  const std::string path(as_text(input.bytes(input.number(1))));
  std::vector<model::FilterRule> rules;
  if (auto added = model::add_rule_lines(rules, input.text(), form); !added) {
    FUZZ_CHECK(!added.error().text.empty());
  }
  if (auto rule = model::parse_rule(input.text(), form); rule && *rule && (*rule)->kind != model::FilterRule::Kind::clear) {
    rules.push_back(**rule);
  }
  const plan::Filter filter(rules, delete_excluded);
  FUZZ_CHECK(filter.is_empty() == rules.empty());
  for (const bool is_folder : {false, true}) {
    const plan::Decision decision = filter.decide(path, is_folder, "/some/root");
    FUZZ_CHECK(!rules.empty() || decision.is_listed(model::Side::source));
    static_cast<void>(filter.decide(path, is_folder));
  }
  return 0;
}
