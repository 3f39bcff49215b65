#include "godwit/plan/sketch.hpp"

#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include <doctest/doctest.h>

using namespace godwit::plan;

namespace
{

std::vector<Element>
random_elements(std::size_t count, std::mt19937& random)
{
  std::set<Element> elements;
  while (elements.size() < count) {
    elements.insert(static_cast<Element>(random()) | 1U);
  }
  std::vector<Element> shuffled(elements.begin(), elements.end());
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  return shuffled;
}

Sketch
sketch_of(std::size_t capacity, const std::vector<Element>& a, const std::vector<Element>& b)
{
  Sketch sketch(capacity);
  sketch.add(a);
  sketch.add(b);
  return sketch;
}

} // namespace

TEST_CASE("A sketch of two sets finds what is in one of them only, up to its capacity")
{
  std::mt19937 random(5);
  for (const std::size_t capacity : {1U, 2U, 7U, 8U, 32U, 64U}) {
    for (std::size_t differ = 0; differ <= capacity; ++differ) {
      CAPTURE(capacity);
      CAPTURE(differ);
      std::vector<Element> a = random_elements(100 + differ, random);
      std::vector<Element> b = a;
      const std::size_t only_b = random() % (differ + 1);
      a.erase(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(only_b));
      b.resize(b.size() - (differ - only_b));
      std::optional<Polynomial> polynomial = sketch_of(capacity, a, b).solve();
      REQUIRE(polynomial);
      CHECK(polynomial->size() == differ);
      const std::vector<std::uint32_t> found = take_roots(*polynomial, a);
      CHECK(found.size() == differ - only_b);
      CHECK(std::all_of(found.begin(), found.end(),
                        [&](std::uint32_t at) { return std::find(b.begin(), b.end(), a[at]) == b.end(); }));
      CHECK(std::is_sorted(found.begin(), found.end()));
      CHECK(take_roots(*polynomial, b).size() == only_b);
      CHECK(polynomial->empty());
    }
  }
}

TEST_CASE("Where more differ than a sketch has room for, roots are missing")
{
  std::mt19937 random(6);
  for (std::size_t more = 1; more < 200; ++more) {
    CAPTURE(more);
    const std::vector<Element> a = random_elements(8 + more, random);
    std::optional<Polynomial> polynomial = sketch_of(8, a, {}).solve();
    if (polynomial) {
      CHECK(polynomial->size() <= 8);
      (void)take_roots(*polynomial, a);
      CHECK(!polynomial->empty());
    }
  }
}

TEST_CASE("Sums that belong to no set are solved by nothing or by a polynomial without such roots")
{
  std::mt19937 random(7);
  std::size_t solved = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<std::uint32_t> sums(1 + random() % Sketch::max_capacity);
    for (std::uint32_t& sum : sums) {
      sum = random() % 3 == 0 ? 0 : static_cast<std::uint32_t>(random());
    }
    std::optional<Polynomial> polynomial = Sketch(sums).solve();
    if (polynomial) {
      CHECK(polynomial->size() <= sums.size());
      CHECK(take_roots(*polynomial, random_elements(50, random)).size() <= sums.size());
      ++solved;
    }
  }
  CHECK(solved > 0);
  CHECK(!Sketch({0, 7}).solve());
}

TEST_CASE("A polynomial has each root once, wherever the element stands")
{
  const std::vector<Element> elements{5, 9, 5, 1, 9};
  Sketch sketch(2);
  sketch.add(Element{5});
  sketch.add(Element{1});
  std::optional<Polynomial> polynomial = sketch.solve();
  REQUIRE(polynomial);
  CHECK(take_roots(*polynomial, elements) == std::vector<std::uint32_t>{0, 3});
  CHECK(polynomial->empty());
}

TEST_CASE("The sums of a set are fixed: both sides must find the same")
{
  Sketch sketch(3);
  sketch.add(Element{0x80000001});
  sketch.add(Element{2});
  const std::vector<std::uint32_t> expected{0x80000003, 0xe0047d4c, 0x1f8043b4};
  CHECK(sketch.sums() == expected);
}
