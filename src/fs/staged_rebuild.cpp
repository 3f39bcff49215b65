#include "godwit/fs/staged_rebuild.hpp"

#include "godwit/fs/clone.hpp"

namespace godwit::fs {
namespace {

constexpr std::uint64_t block = 4096;
// Below this the call costs more than the write.
constexpr std::uint64_t min_clone_bytes = 16384;

} // namespace

Result<>
StagedRebuild::copy(std::uint64_t basis_at, ByteView content)
{
  const std::uint64_t aligned = content.size() - content.size() % block;
  const bool fits = basis_at % block == 0 && m_staged.size() % block == 0 && aligned >= min_clone_bytes;
  if (m_can_clone && m_basis != -1 && fits) {
    m_can_clone = clone_range(m_basis, basis_at, m_staged.fd(), m_staged.size(), aligned);
    if (m_can_clone) {
      m_staged.advance(aligned);
      content = content.subspan(static_cast<std::size_t>(aligned));
    }
  }
  return m_staged.append(content);
}

} // namespace godwit::fs
