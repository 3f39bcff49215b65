#include "godwit/fs/staged_rebuild.hpp"

#include "godwit/fs/clone.hpp"
#include "godwit/fs/disk.hpp"

namespace godwit::fs {
namespace {

constexpr std::uint64_t block = 4096;
// Below this the call costs more than the write.
constexpr std::uint64_t min_shared_bytes = 16384;

} // namespace

StagedRebuild::StagedRebuild(StagedFile& staged, int basis)
    : m_staged(staged), m_basis(basis), m_can_clone(basis != -1 && !staged.is_in_place()),
      m_can_copy(m_can_clone && copies_by_itself(staged.fd()))
{
}

Result<>
StagedRebuild::copy(std::uint64_t basis_at, ByteView content)
{
  if (!m_staged.is_in_place() || basis_at != m_staged.size()) {
    return m_staged.append(content);
  }
  m_staged.keep(content.size());
  return {};
}

std::uint64_t
StagedRebuild::share(std::uint64_t basis_at, std::uint64_t bytes)
{
  const std::uint64_t at = m_staged.size();
  if (bytes < min_shared_bytes) {
    return 0;
  }
  std::uint64_t shared = 0;
  if (m_can_clone && basis_at % block == 0 && at % block == 0) {
    const std::uint64_t whole = bytes - bytes % block;
    m_can_clone = clone_range(m_basis, basis_at, m_staged.fd(), at, whole);
    shared = m_can_clone ? whole : 0;
  }
  if (shared == 0 && m_can_copy) {
    shared = copy_range(m_basis, basis_at, m_staged.fd(), at, bytes);
    m_can_copy = shared != 0;
  }
  if (shared != 0) {
    m_staged.advance(shared);
  }
  return shared;
}

} // namespace godwit::fs
