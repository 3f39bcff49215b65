#include "godwit/plan/elements.hpp"

#include <algorithm>

namespace godwit::plan
{

std::vector<Element>
elements_of(std::span<const model::Entry> entries, PageBuilder& builder, const NumberOwner& number_of)
{
  std::vector<Element> elements;
  elements.reserve(entries.size());
  for (const model::Entry& entry : entries) {
    const std::uint64_t hash = builder.hash_alone(entry, number_of(builder.owner_of(entry)));
    elements.push_back(std::max(static_cast<Element>(hash), Element{1}));
  }
  return elements;
}

} // namespace godwit::plan
