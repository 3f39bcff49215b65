#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>

#include "godwit/base/assert.hpp"
#include "godwit/base/bytes.hpp"

namespace godwit {

// A text behind one pointer, for values that there are many of: its length stands before its bytes, and nothing
// is kept for growth. Views of it hold until it is changed or goes; a move does not end them.
class CompactText
{
public:
  CompactText() = default;
  explicit CompactText(std::string_view text) : CompactText({text}) {}
  // The parts in a row.
  CompactText(std::initializer_list<std::string_view> parts)
  {
    std::size_t length = 0;
    for (const std::string_view part : parts) {
      length += part.size();
    }
    if (length == 0) {
      return;
    }
    ASSERT(length <= UINT32_MAX);
    m_block = std::make_unique_for_overwrite<std::byte[]>(head_bytes + length + 1);
    store_le(m_block.get(), static_cast<std::uint32_t>(length));
    char* to = text();
    for (const std::string_view part : parts) {
      to = std::copy(part.begin(), part.end(), to);
    }
    *to = '\0';
  }

  CompactText(const CompactText& other) : CompactText(other.view()) {}
  CompactText(CompactText&&) noexcept = default;
  CompactText& operator=(const CompactText& other) { return *this = CompactText(other); }
  CompactText& operator=(CompactText&&) noexcept = default;
  ~CompactText() = default;

  std::string_view view() const
  {
    return m_block ? std::string_view(text(), load_le<std::uint32_t>(m_block.get())) : std::string_view();
  }
  const char* c_str() const { return m_block ? text() : ""; }
  bool empty() const { return !m_block; }

  bool operator==(const CompactText& other) const { return view() == other.view(); }
  std::strong_ordering operator<=>(const CompactText& other) const { return view() <=> other.view(); }

private:
  static constexpr std::size_t head_bytes = sizeof(std::uint32_t);

  char* text() const { return reinterpret_cast<char*>(m_block.get() + head_bytes); }

  std::unique_ptr<std::byte[]> m_block; // none: empty
};

} // namespace godwit
