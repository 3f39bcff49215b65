#pragma once
// Sketches: two sets of numbers that differ in few are told apart by as many numbers as differ, however large
// the sets are. They are the syndromes of a BCH code over GF(2^32), as in PinSketch (Dodis, Ostrovsky,
// Reyzin, Smith, "Fuzzy Extractors", 2008).

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace godwit::plan
{

using Element = std::uint32_t; // of a set; not 0

// By its coefficients, the constant one first, without the leading 1: none is the polynomial 1.
using Polynomial = std::vector<std::uint32_t>;

// The odd power sums of a set's elements.
class Sketch
{
public:
  static constexpr std::size_t max_capacity = 64;

  // `capacity` is 1 to max_capacity.
  explicit Sketch(std::size_t capacity);
  explicit Sketch(std::vector<std::uint32_t> sums);

  void add(Element element);
  void add(std::span<const Element> elements);
  const std::vector<std::uint32_t>&
  sums() const
  {
    return m_sums;
  }

  // The polynomial whose roots are the elements, where these are as many as there are sums at most. Of more
  // it is one that has other roots or too few, or nothing: whoever uses it looks at the roots.
  std::optional<Polynomial> solve() const;

private:
  std::vector<std::uint32_t> m_sums;
};

// Divides by those of its roots that are among the elements, and says where they are, in order.
std::vector<std::uint32_t> take_roots(Polynomial& polynomial, std::span<const Element> elements);

} // namespace godwit::plan
