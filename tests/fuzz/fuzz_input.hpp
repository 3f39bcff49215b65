#pragma once
// What the fuzz targets share: an input read as small decisions, and a check that ends the run.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "godwit/base/bytes.hpp"
#include "godwit/base/hash.hpp"
#include "godwit/base/io.hpp"

// Ends the process, so that both libFuzzer and the replay report the input.
#define FUZZ_CHECK(condition)                                                                                \
  do {                                                                                                       \
    if (!(condition)) {                                                                                      \
      std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);                    \
      std::abort();                                                                                          \
    }                                                                                                        \
  } while (false)

namespace godwit::testing {

// Numbers taken off the front of an input; 0 once it is used up.
class FuzzInput
{
public:
  FuzzInput(const std::uint8_t* bytes, std::size_t count)
      : m_rest(reinterpret_cast<const std::byte*>(bytes), count)
  {
  }

  std::uint64_t
  number(std::size_t bytes)
  {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes && !m_rest.empty(); ++i) {
      value |= static_cast<std::uint64_t>(m_rest.front()) << (8 * i);
      m_rest = m_rest.subspan(1);
    }
    return value;
  }
  // `bound` is not 0.
  std::uint64_t
  below(std::uint64_t bound, std::size_t bytes = 1)
  {
    return number(bytes) % bound;
  }
  ByteView
  bytes(std::size_t count)
  {
    const ByteView front = m_rest.first(std::min(count, m_rest.size()));
    m_rest = m_rest.subspan(front.size());
    return front;
  }
  ByteView
  rest() const
  {
    return m_rest;
  }
  std::string_view
  text() const
  {
    return as_text(m_rest);
  }
  bool
  empty() const
  {
    return m_rest.empty();
  }

private:
  ByteView m_rest;
};

inline const HashKey&
fuzz_key()
{
  static const HashKey key{HashKey::Seed{std::byte{3}}};
  return key;
}

// Content by formula: pages of 512 bytes, of which many are alike and some are zero.
inline std::byte
made_byte(std::uint64_t at)
{
  const std::uint64_t page = at / 512;
  if (page % 7 == 3) {
    return std::byte{0};
  }
  std::uint64_t mixed = (page % 5 == 1 ? at % 512 : at) * 0x9E3779B97F4A7C15U;
  mixed ^= mixed >> 29;
  return static_cast<std::byte>(mixed * 0xBF58476D1CE4E5B9U >> 56);
}

// A file of made_byte() that takes no memory.
class MadeFile : public ReadAt
{
public:
  explicit MadeFile(std::uint64_t size) : m_size(size) {}
  Result<std::size_t>
  read_at(std::uint64_t offset, ByteSpan into) override
  {
    const std::uint64_t left = m_size - std::min(offset, m_size);
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left, into.size()));
    for (std::size_t i = 0; i < count; ++i) {
      into[i] = made_byte(offset + i);
    }
    return count;
  }

private:
  std::uint64_t m_size;
};

} // namespace godwit::testing
