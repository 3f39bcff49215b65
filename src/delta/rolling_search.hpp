#pragma once

#include "delta/block_index.hpp"
#include "delta/output.hpp"
#include "delta/rolling.hpp"
#include "delta/strong.hpp"
#include "delta/waste.hpp"

namespace godwit::delta {

// How the block expected next is recognised. The sums of a whole basis have strong hashes long enough;
// those of its parts are shorter, and their short blocks have keys too (see SumKind).
enum class ExpectedBy : std::uint8_t { strong_hash, key_and_strong_hash };

// What a rolling search knows of a basis.
struct RollingTable {
  RollingTable(const HashKey& key, Signature sums, ExpectedBy expected = ExpectedBy::strong_hash);

  Signature signature;
  ExpectedBy expected_by;
  Strong strong;
  Rolling rolling;
  std::size_t whole_blocks; // those of full length come first
  BlockIndex index;
};

// Looks for blocks of the basis at every offset of a window. The block expected
// next is tried first, so equal data costs one strong hash a block.
class RollingSearch
{
public:
  RollingSearch(const RollingTable& table, Window& window, Output& output);

  // Searches to the end of the window's file; all of it becomes ops.
  Result<> run();

private:
  std::uint64_t
  block_bytes() const
  {
    return m_table.signature.shape.block_bytes;
  }
  Result<bool> accept_expected();
  bool equals(std::uint64_t at, std::size_t number) const;
  Result<bool> scan();
  std::uint64_t next_hit(std::uint64_t limit);
  bool verify_hit(std::uint64_t* number);
  Result<> accept(std::uint64_t at, std::uint64_t number);
  Result<> read_on();
  Result<> finish();

  const RollingTable& m_table;
  Window& m_window;
  Output& m_output;
  std::uint64_t m_at = 0;       // the search goes on here
  std::uint64_t m_run_end = 0;  // where the last match ended
  std::uint64_t m_expected = 0; // the block that would go on there
  std::uint64_t m_sum = 0;
  Waste m_waste;
};

} // namespace godwit::delta
