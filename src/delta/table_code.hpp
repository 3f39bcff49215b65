#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "godwit/base/bytes.hpp"

namespace godwit::delta {

enum class TableKind : std::uint8_t {
  pairs,   // records of two words: .eh_frame_hdr behind its head
  records, // of six words: relocations with addends, symbols
  frames,  // .eh_frame: records that say their own length (Linux Standard Base, Core, 10.6)
};

// A stretch of a program that holds addresses one after the other: whole words of four bytes, at a multiple
// of four.
struct Table {
  std::uint64_t at = 0;
  std::uint64_t bytes = 0;
  TableKind kind = TableKind::pairs;

  std::uint64_t
  end() const
  {
    return at + bytes;
  }
  bool operator==(const Table&) const = default;
};

// Not overlapping, from the front.
using Tables = std::vector<Table>;

enum class Direction : std::uint8_t { apart, together };

// Makes differences of the words of a table, or words of the differences, from its front. A copy goes on from
// where it was copied.
class TableCode
{
public:
  explicit TableCode(TableKind kind) : m_kind(kind) {}
  // The next words of the table, which begin at `at` in the file.
  void code(ByteSpan words, std::uint64_t at, Direction direction);

private:
  enum class Field : std::uint8_t { length, frame_id, begin, range, rest, end };

  std::uint32_t code_record(std::uint32_t word, Direction direction);
  std::uint32_t code_frame(std::uint32_t word, std::uint32_t at, Direction direction);
  std::uint32_t code_frame_id(std::uint32_t word, std::uint32_t at, Direction direction);

  TableKind m_kind;
  std::array<std::uint32_t, 6> m_last{}; // record
  std::size_t m_word = 0;                // of the record
  Field m_field = Field::length;
  std::uint32_t m_left = 0;      // words of the frame
  std::uint32_t m_common_at = 0; // the common record that the last frame named
  std::uint32_t m_begin = 0;     // the address where the last frame's code begins, then where it ends
};

// Goes over the pages of a file from its front, and codes what of them lies in tables. `tables` outlives it.
class TableWalk
{
public:
  // The first page begins at `at`, which is not inside a table.
  explicit TableWalk(const Tables& tables, std::uint64_t at = 0);
  // The page begins at `at`, a multiple of four, where the last one ended.
  void code(ByteSpan page, std::uint64_t at, Direction direction);
  // The page to come begins inside a table.
  bool
  is_inside() const
  {
    return m_code.has_value();
  }

private:
  const Tables* m_tables;
  std::size_t m_next = 0;          // table
  std::optional<TableCode> m_code; // of that, where it was begun
};

} // namespace godwit::delta
