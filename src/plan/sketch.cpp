#include "godwit/plan/sketch.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "godwit/base/assert.hpp"

namespace godwit::plan
{

namespace
{

// By x^32 + x^7 + x^3 + x^2 + 1, what is above 32 bits comes back below.
constexpr std::uint64_t
folded(std::uint64_t high)
{
  return high ^ high << 2U ^ high << 3U ^ high << 7U;
}

// Multiplies by one number of GF(2^32), four bits at a time.
class Multiplier
{
public:
  explicit Multiplier(std::uint32_t by)
  {
    m_products[1] = by;
    for (std::size_t i = 2; i < m_products.size(); i += 2) {
      m_products[i] = m_products[i / 2] << 1U;
      m_products[i + 1] = m_products[i] ^ by;
    }
  }

  std::uint32_t
  operator()(std::uint32_t value) const
  {
    std::uint64_t product = 0;
    for (unsigned shift = 0; shift < 32; shift += 4) {
      product ^= m_products[value >> shift & 15U] << shift;
    }
    const std::uint64_t once = folded(product >> 32U);
    return static_cast<std::uint32_t>(product ^ once ^ folded(once >> 32U));
  }

private:
  std::array<std::uint64_t, 16> m_products{};
};

std::uint32_t
multiply(std::uint32_t a, std::uint32_t b)
{
  return Multiplier(a)(b);
}

// To the power of 2^32 - 2.
std::uint32_t
inverse(std::uint32_t value)
{
  std::uint32_t power = value;
  std::uint32_t product = 1;
  for (int bit = 1; bit < 32; ++bit) {
    power = multiply(power, power);
    product = multiply(product, power);
  }
  return product;
}

// All power sums from the first on: one of an even power is the square of that of half of it.
std::vector<std::uint32_t>
all_sums(const std::vector<std::uint32_t>& odd)
{
  std::vector<std::uint32_t> sums(2 * odd.size());
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sums[i] = i % 2 == 0 ? odd[i / 2] : multiply(sums[i / 2], sums[i / 2]);
  }
  return sums;
}

// The shortest recurrence that makes a sequence (Berlekamp and Massey), by its coefficients from the
// leading 1.
class Recurrence
{
public:
  explicit Recurrence(const std::vector<std::uint32_t>& sums)
  {
    for (std::size_t at = 0; at < sums.size(); ++at) {
      ++m_age;
      if (const std::uint32_t error = error_at(sums, at); error != 0) {
        correct(error, at);
      }
    }
  }

  std::size_t
  length() const
  {
    return m_length;
  }
  const std::vector<std::uint32_t>&
  coefficients() const
  {
    return m_now;
  }

private:
  std::uint32_t
  error_at(const std::vector<std::uint32_t>& sums, std::size_t at) const
  {
    std::uint32_t error = sums[at];
    for (std::size_t i = 1; i < std::min(m_now.size(), m_length + 1); ++i) {
      error ^= multiply(m_now[i], sums[at - i]);
    }
    return error;
  }

  void
  correct(std::uint32_t error, std::size_t at)
  {
    const std::vector<std::uint32_t> now = m_now;
    const Multiplier scaled(multiply(error, inverse(m_before_error)));
    m_now.resize(std::max(m_now.size(), m_before.size() + m_age));
    for (std::size_t i = 0; i < m_before.size(); ++i) {
      m_now[i + m_age] ^= scaled(m_before[i]);
    }
    if (2 * m_length <= at) {
      m_length = at + 1 - m_length;
      m_before = now;
      m_before_error = error;
      m_age = 0;
    }
  }

  std::vector<std::uint32_t> m_now{1};
  std::size_t m_length = 0;
  std::vector<std::uint32_t> m_before{1}; // as it was before it last grew longer
  std::uint32_t m_before_error = 1;
  std::size_t m_age = 0; // sums since then
};

std::uint32_t
value_at(const Polynomial& polynomial, const Multiplier& times_root)
{
  std::uint32_t value = 1;
  for (auto coefficient = polynomial.rbegin(); coefficient != polynomial.rend(); ++coefficient) {
    value = times_root(value) ^ *coefficient;
  }
  return value;
}

void
divide(Polynomial& polynomial, const Multiplier& times_root)
{
  std::uint32_t carry = 1;
  for (auto coefficient = polynomial.rbegin(); coefficient != polynomial.rend(); ++coefficient) {
    const std::uint32_t next = times_root(carry) ^ *coefficient;
    *coefficient = carry;
    carry = next;
  }
  polynomial.pop_back();
}

} // namespace

Sketch::Sketch(std::size_t capacity) : m_sums(capacity)
{
  ASSERT(capacity != 0 && capacity <= max_capacity);
}

Sketch::Sketch(std::vector<std::uint32_t> sums) : m_sums(std::move(sums))
{
  ASSERT(!m_sums.empty() && m_sums.size() <= max_capacity);
}

void
Sketch::add(Element element)
{
  const Multiplier times_square(multiply(element, element));
  std::uint32_t power = element;
  for (std::uint32_t& sum : m_sums) {
    sum ^= power;
    power = times_square(power);
  }
}

void
Sketch::add(std::span<const Element> elements)
{
  for (const Element element : elements) {
    add(element);
  }
}

std::optional<Polynomial>
Sketch::solve() const
{
  const Recurrence found(all_sums(m_sums));
  const std::size_t degree = found.length();
  std::vector<std::uint32_t> coefficients = found.coefficients();
  coefficients.resize(std::max(coefficients.size(), degree + 1));
  if (degree > m_sums.size() || coefficients[degree] == 0) {
    return std::nullopt;
  }
  // Its roots are the elements' inverses; read from the other end, they are the elements.
  coefficients.resize(degree + 1);
  std::reverse(coefficients.begin(), coefficients.end());
  coefficients.pop_back();
  return coefficients;
}

std::vector<std::uint32_t>
take_roots(Polynomial& polynomial, std::span<const Element> elements)
{
  std::vector<std::uint32_t> found;
  for (std::size_t i = 0; i < elements.size() && !polynomial.empty(); ++i) {
    const Multiplier times_root(elements[i]);
    if (value_at(polynomial, times_root) == 0) {
      divide(polynomial, times_root);
      found.push_back(static_cast<std::uint32_t>(i));
    }
  }
  return found;
}

} // namespace godwit::plan
