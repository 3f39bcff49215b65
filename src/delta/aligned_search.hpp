#pragma once

#include "delta/output.hpp"
#include "delta/strong.hpp"
#include "godwit/delta/signature.hpp"

namespace godwit::delta {

// Looks for the blocks of the basis only where they lie there: what a signature allows of
// which not all has come. Meant for files that are changed in place.
class AlignedSearch
{
public:
  // More blocks than this that are missing in a row are no change in place.
  static constexpr std::uint64_t max_missing = 4;

  // `sums` holds the blocks of the window's range, which begins at a multiple of their length.
  AlignedSearch(const Strong& strong, const Signature& sums, Window& window, Output& output)
      : m_strong(strong), m_sums(sums), m_window(window), m_output(output)
  {
  }

  // To `stop`, the end of a block. False: the file is changed otherwise; what was put out means nothing.
  Result<bool> run_to(std::uint64_t stop);

private:
  const Strong& m_strong;
  const Signature& m_sums;
  Window& m_window;
  Output& m_output;
};

} // namespace godwit::delta
