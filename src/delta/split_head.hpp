#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "delta/operands.hpp"
#include "delta/program.hpp"
#include "godwit/base/bytes.hpp"

namespace godwit::delta {

// What a split form begins with: the machine, the number of operands, and of each table where it is, its
// bytes, and one more than its kind; numbers of 8 bytes, little-endian.
struct SplitHead {
  static constexpr std::size_t number_bytes = 8;
  static constexpr std::size_t numbers_before_tables = 2;
  static constexpr std::size_t numbers_a_table = 3;
  static constexpr std::size_t bytes = number_bytes * (numbers_before_tables + numbers_a_table * max_tables);
  using Wire = std::array<std::byte, bytes>;

  Machine machine = Machine::x86_64;
  std::uint64_t operands = 0;
  Tables tables; // max_tables at most

  Wire encode() const;
  // Nothing where the machine is unknown, or there can be no such tables in a file of so many bytes.
  static std::optional<SplitHead> decode(ByteView wire, std::uint64_t file_bytes);
};

// Of a file of `file_bytes` with so many operands.
constexpr std::uint64_t
split_bytes(std::uint64_t file_bytes, std::uint64_t operands)
{
  return SplitHead::bytes + operand_low_bytes * operands + file_bytes;
}

} // namespace godwit::delta
