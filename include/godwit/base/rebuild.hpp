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
  // The next bytes are those of the basis from `basis_at`, which the caller has read into
  // `content` (as it had to, to hash them); content.size() is the length.
  virtual Result<> copy(std::uint64_t basis_at, ByteView content) = 0;
};

} // namespace godwit
