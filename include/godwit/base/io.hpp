#pragma once
// The smallest interfaces behind which files and buffers look alike.

#include <cstdint>
#include <limits>

#include "godwit/base/bytes.hpp"
#include "godwit/base/result.hpp"

namespace godwit {

// A stretch of a file.
struct DataRange {
  static constexpr std::uint64_t no_end = std::numeric_limits<std::int64_t>::max();
  std::uint64_t at = 0;
  std::uint64_t end = no_end;
};

// Bytes that can be read at any offset, by several threads at once.
class ReadAt
{
public:
  virtual ~ReadAt() = default;
  // The first stretch from `offset` on that may hold other bytes than zeros; at `no_end`
  // where a hole reaches to the end of the file.
  virtual DataRange data_from(std::uint64_t offset) { return {offset, DataRange::no_end}; }
  // Fills `into` from `offset` on. A short count means that the end was reached.
  virtual Result<std::size_t> read_at(std::uint64_t offset, ByteSpan into) = 0;
};

// A ReadAt over bytes in memory that outlive it.
class MemoryReadAt : public ReadAt
{
public:
  explicit MemoryReadAt(ByteView bytes) : m_bytes(bytes) {}
  Result<std::size_t> read_at(std::uint64_t offset, ByteSpan into) override;

private:
  ByteView m_bytes;
};

} // namespace godwit
