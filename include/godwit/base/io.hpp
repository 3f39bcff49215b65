#pragma once
// The smallest interfaces behind which files and buffers look alike.

#include <cstdint>

#include "godwit/base/bytes.hpp"
#include "godwit/base/result.hpp"

namespace godwit {

// Bytes that can be read at any offset, by several threads at once.
class ReadAt
{
public:
  virtual ~ReadAt() = default;
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
