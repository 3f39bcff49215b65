#pragma once

#include "godwit/base/rebuild.hpp"
#include "godwit/fs/staged_file.hpp"

namespace godwit::fs {

// Rebuilds a file in a StagedFile: literals are written, copies shared with the
// basis where the file system can, copied by it where its server does that, else
// written (what was just read is in the cache: writing it is the cheapest there).
// In place the basis is the file itself: what is there already is not touched.
// Both are borrowed. Used by one thread.
class StagedRebuild : public Rebuild
{
public:
  // `basis` is the open basis; -1: none that the kernel could copy from.
  StagedRebuild(StagedFile& staged, int basis);
  // Whatever the file system: where it cannot share, the kernel copies.
  void let_kernel_copy() { m_can_copy = m_basis != -1; }

  Result<> literal(ByteView bytes) override { return m_staged.append(bytes); }
  Result<> hole(std::uint64_t bytes) override { return m_staged.skip(bytes); }
  ByteSpan room(std::size_t most) override { return m_staged.room(most); }
  Result<> copy(std::uint64_t basis_at, ByteView content) override;
  std::uint64_t share(std::uint64_t basis_at, std::uint64_t bytes) override;
  Result<std::size_t> read_back(std::uint64_t at, ByteSpan into) override { return m_staged.read_at(at, into); }

private:
  StagedFile& m_staged;
  int m_basis;
  bool m_can_clone; // until the file system has refused one
  bool m_can_copy;  // likewise
};

} // namespace godwit::fs
