#pragma once

#include <cstdint>

#include "godwit/base/bytes.hpp"
#include "godwit/base/result.hpp"

namespace godwit {

// Where a file is rebuilt, front to back: each call adds the next bytes. The
// patcher decides what; fs decides how (write, clone, kernel copy, hole).
class Rebuild
{
public:
  virtual ~Rebuild() = default;
  virtual Result<> literal(ByteView bytes) = 0;
  // The next `bytes` bytes are zeros.
  virtual Result<> hole(std::uint64_t bytes) = 0;
  // Where the content of the next call may be put, up to `most` bytes, so that it is not copied
  // once more. Empty: nowhere in particular. Lent until that call.
  virtual ByteSpan room(std::size_t /*most*/) { return {}; }
  // The next bytes are those of the basis from `basis_at`, which the caller has read into
  // `content` (as it had to, to hash them); content.size() is the length.
  virtual Result<> copy(std::uint64_t basis_at, ByteView content) = 0;

  // Asked before copy(): adds up to `bytes` bytes of the basis without their coming by
  // here, and says how many; the caller reads them back, to hash what is really there.
  virtual std::uint64_t share(std::uint64_t /*basis_at*/, std::uint64_t /*bytes*/) { return 0; }
  // Of what was added, from this offset on; a short count is an error of the file system.
  virtual Result<std::size_t> read_back(std::uint64_t /*at*/, ByteSpan /*into*/) { return std::size_t{0}; }
};

} // namespace godwit
