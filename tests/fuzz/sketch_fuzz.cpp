// Sketches of a peer: any sums are solved by something of their number at most; those of two sets that differ in
// no more are solved by what differs.
#include "fuzz_input.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "godwit/plan/sketch.hpp"

using namespace godwit;
using namespace godwit::testing;
using namespace godwit::plan;

namespace {

std::vector<Element>
elements_from(FuzzInput& input, std::size_t most)
{
  std::set<Element> elements;
  for (std::uint64_t left = input.below(most + 1); left > 0; --left) {
    elements.insert(std::max(static_cast<Element>(input.number(4)), Element{1}));
  }
  return {elements.begin(), elements.end()};
}

void
solve_any(FuzzInput& input)
{
  std::vector<std::uint32_t> sums(1 + input.below(Sketch::max_capacity));
  for (std::uint32_t& sum : sums) {
    sum = static_cast<std::uint32_t>(input.number(4));
  }
  std::optional<Polynomial> polynomial = Sketch(sums).solve();
  if (!polynomial) {
    return;
  }
  const std::size_t degree = polynomial->size();
  FUZZ_CHECK(degree <= sums.size());
  FUZZ_CHECK(take_roots(*polynomial, elements_from(input, 100)).size() + polynomial->size() == degree);
}

void
solve_own(FuzzInput& input)
{
  const std::vector<Element> a = elements_from(input, 40);
  const std::vector<Element> b = elements_from(input, 24);
  std::vector<Element> differ;
  std::set_symmetric_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(differ));
  Sketch sketch(Sketch::max_capacity);
  sketch.add(a);
  sketch.add(b);
  std::optional<Polynomial> polynomial = sketch.solve();
  FUZZ_CHECK(polynomial && polynomial->size() == differ.size());
  FUZZ_CHECK(take_roots(*polynomial, differ).size() == differ.size());
}

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count)
{
  FuzzInput input(bytes, count);
  if (input.below(2) == 0) {
    solve_any(input);
  } else {
    solve_own(input);
  }
  return 0;
}
