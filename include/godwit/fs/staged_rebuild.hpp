#pragma once

#include "godwit/base/rebuild.hpp"
#include "godwit/fs/staged_file.hpp"

namespace godwit::fs {

// Rebuilds a file in a StagedFile: literals are written, copies shared with the
// basis where the file system can, else written. Both are borrowed. Used by one thread.
class StagedRebuild : public Rebuild
{
public:
  // `basis` is the open basis; -1: none that the kernel could copy from.
  StagedRebuild(StagedFile& staged, int basis) : m_staged(staged), m_basis(basis) {}
  Result<> literal(ByteView bytes) override { return m_staged.append(bytes); }
  Result<> copy(std::uint64_t basis_at, ByteView content) override;

private:
  StagedFile& m_staged;
  int m_basis;
  bool m_can_clone = true; // until the file system has refused one
};

} // namespace godwit::fs
