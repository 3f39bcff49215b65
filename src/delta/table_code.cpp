#include "delta/table_code.hpp"

#include <algorithm>
#include <utility>

namespace godwit::delta {

void
TableCode::code(ByteSpan words, std::uint64_t at, Direction direction)
{
  const auto each = [&](auto coded) {
    for (std::size_t i = 0; i < words.size(); i += sizeof(std::uint32_t)) {
      store_le(&words[i], coded(load_le<std::uint32_t>(&words[i]), static_cast<std::uint32_t>(at + i)));
    }
  };
  if (m_kind == TableKind::frames) {
    each([&](std::uint32_t word, std::uint32_t word_at) { return code_frame(word, word_at, direction); });
  } else {
    each([&](std::uint32_t word, std::uint32_t) { return code_record(word, direction); });
  }
}

std::uint32_t
TableCode::code_record(std::uint32_t word, Direction direction)
{
  std::uint32_t& last = m_last[m_word];
  const std::size_t words = m_kind == TableKind::pairs ? 2 : m_last.size();
  m_word = m_word + 1U == words ? 0 : m_word + 1U;
  if (direction == Direction::together) {
    return last += word;
  }
  return word - std::exchange(last, word);
}

// A frame begins with its length in bytes and the distance back to its common record (0: it is one itself);
// then come the address where its code begins, from here, and that code's length. Frames lie in the order of
// their code.
std::uint32_t
TableCode::code_frame(std::uint32_t word, std::uint32_t at, Direction direction)
{
  constexpr std::uint32_t word_bytes = 4;
  const bool is_apart = direction == Direction::apart;
  m_left -= std::min(m_left, 1U);
  switch (m_field) {
  case Field::length:
    m_left = word / word_bytes;
    m_field = m_left == 0 || word % word_bytes != 0 ? Field::end : Field::frame_id;
    return word;
  case Field::frame_id:
    return code_frame_id(word, at, direction);
  case Field::begin: {
    m_field = m_left == 0 ? Field::length : Field::range;
    const std::uint32_t end = m_begin;
    m_begin = is_apart ? word + at : word + end;
    return is_apart ? m_begin - end : m_begin - at;
  }
  case Field::range:
    m_field = m_left == 0 ? Field::length : Field::rest;
    m_begin += word;
    return word;
  case Field::rest:
    m_field = m_left == 0 ? Field::length : Field::rest;
    return word;
  case Field::end:
    break;
  }
  return word;
}

// A frame that names the same common record as the last becomes `same`: a 0 means that it is one itself. What
// would become `same` takes the number that none becomes, the distance to that record.
std::uint32_t
TableCode::code_frame_id(std::uint32_t word, std::uint32_t at, Direction direction)
{
  constexpr std::uint32_t same = 1;
  if (word == 0) {
    m_field = m_left == 0 ? Field::length : Field::rest;
    return word;
  }
  m_field = m_left == 0 ? Field::length : Field::begin;
  const std::uint32_t unused = at - m_common_at;
  const auto swapped = [&](std::uint32_t number) {
    return unused == 0 ? number : number == same ? unused : number == unused ? same : number;
  };
  if (direction == Direction::apart) {
    const std::uint32_t difference = at - word - m_common_at;
    m_common_at = at - word;
    return difference == 0 ? same : swapped(difference);
  }
  const std::uint32_t difference = word == same && unused != 0 ? 0 : swapped(word);
  m_common_at += difference;
  return at - m_common_at;
}

TableWalk::TableWalk(const Tables& tables, std::uint64_t at)
    : m_tables(&tables),
      m_next(static_cast<std::size_t>(std::ranges::lower_bound(tables, at, {}, &Table::at) - tables.begin()))
{
}

void
TableWalk::code(ByteSpan page, std::uint64_t at, Direction direction)
{
  const std::uint64_t page_end = at + page.size();
  for (; m_next < m_tables->size() && (*m_tables)[m_next].at < page_end; ++m_next) {
    const Table& table = (*m_tables)[m_next];
    if (!m_code) {
      m_code.emplace(table.kind);
    }
    const std::uint64_t from = std::max(table.at, at);
    const std::uint64_t to = std::min(table.end(), page_end);
    m_code->code(page.subspan(from - at, to - from), from, direction);
    if (table.end() > page_end) {
      return; // it goes on
    }
    m_code.reset();
  }
}

} // namespace godwit::delta
