#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "delta/operands.hpp"
#include "godwit/base/bytes.hpp"

namespace godwit::delta {

// A page of a program whose operands stand apart from its code: of each the lowest byte in one plane, the
// next in another, the third in the last.
class SplitPage
{
public:
  static constexpr std::size_t bytes = std::size_t{16} << 10U;
  static constexpr std::size_t max_operands = bytes / 12; // more stay where they are

  // What is left of the operands of a whole file.
  struct Rest {
    std::array<const std::byte*, operand_low_bytes> planes{};
    std::uint64_t operands = 0;
  };

  // Takes the operands out of `code`, at most a page.
  void
  take_apart(Machine machine, ByteSpan code)
  {
    m_operands = find_operands(machine, code, m_positions);
    for (std::size_t i = 0; i < m_operands; ++i) {
      for (std::size_t k = 0; k < operand_low_bytes; ++k) {
        m_planes[k][i] = std::exchange(code[m_positions[i] + k], operand_filler);
      }
    }
  }

  // The reverse; how many operands it took of the rest. What finds none is left as it is.
  std::size_t
  put_together(Machine machine, ByteSpan code, const Rest& rest)
  {
    m_operands = find_operands(machine, code, m_positions);
    m_operands = std::min<std::uint64_t>(m_operands, rest.operands);
    for (std::size_t i = 0; i < m_operands; ++i) {
      for (std::size_t k = 0; k < operand_low_bytes; ++k) {
        code[m_positions[i] + k] = rest.planes[k][i];
      }
    }
    return m_operands;
  }

  std::size_t
  operands() const
  {
    return m_operands;
  }
  ByteView
  plane(std::size_t number) const
  {
    return ByteView(m_planes[number]).first(m_operands);
  }

private:
  std::size_t m_operands = 0;
  std::array<std::uint16_t, max_operands> m_positions{};
  std::array<std::array<std::byte, max_operands>, operand_low_bytes> m_planes{};
};

} // namespace godwit::delta
