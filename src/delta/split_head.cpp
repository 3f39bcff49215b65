#include "delta/split_head.hpp"

#include <bit>

#include "godwit/base/assert.hpp"

namespace godwit::delta {

SplitHead::Wire
SplitHead::encode() const
{
  ASSERT(tables.size() <= max_tables);
  std::array<std::uint64_t, bytes / number_bytes> numbers{static_cast<std::uint64_t>(machine), operands};
  std::size_t next = numbers_before_tables;
  for (const Table& table : tables) {
    numbers.at(next++) = table.at;
    numbers.at(next++) = table.bytes;
    numbers.at(next++) = static_cast<std::uint64_t>(table.kind) + 1;
  }
  return std::bit_cast<Wire>(numbers);
}

std::optional<SplitHead>
SplitHead::decode(ByteView wire, std::uint64_t file_bytes)
{
  ASSERT(wire.size() == bytes);
  const std::byte* from = wire.data();
  const auto take = [&] {
    const auto number = load_le<std::uint64_t>(from);
    from += number_bytes;
    return number;
  };
  SplitHead head;
  const std::uint64_t machine = take();
  if (machine > static_cast<std::uint64_t>(Machine::aarch64)) {
    return std::nullopt;
  }
  head.machine = static_cast<Machine>(machine);
  head.operands = take();
  for (std::size_t i = 0; i < max_tables; ++i) {
    Table table{take(), take(), {}};
    const std::uint64_t kind = take();
    if (kind > static_cast<std::uint64_t>(TableKind::frames) + 1) {
      return std::nullopt;
    }
    if (kind != 0) {
      table.kind = static_cast<TableKind>(kind - 1);
      head.tables.push_back(table);
    }
  }
  return are_tables(head.tables, file_bytes) ? std::optional(std::move(head)) : std::nullopt;
}

} // namespace godwit::delta
