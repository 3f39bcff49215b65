#include "delta/aligned_search.hpp"

namespace godwit::delta {

Result<bool>
AlignedSearch::run_to(std::uint64_t stop)
{
  const std::uint64_t block_bytes = m_sums.shape.block_bytes;
  std::uint64_t missing = 0;
  for (std::uint64_t at = m_window.start(); at < stop; at += block_bytes) {
    TRY(m_window.extend(at, at + block_bytes));
    if (m_window.end() - at < block_bytes) {
      return false; // it got shorter
    }
    if (m_strong(m_window.view(at, at + block_bytes)) == m_sums.blocks[at / block_bytes].strong) {
      TRY(m_output.match(at, at, block_bytes));
      missing = 0;
      continue;
    }
    TRY(m_output.literal_to(at + block_bytes));
    if (++missing > max_missing) {
      return false;
    }
  }
  return true;
}

} // namespace godwit::delta
