#pragma once

#include <limits>
#include <vector>

#include "delta/anchor.hpp"
#include "delta/block_index.hpp"
#include "delta/output.hpp"
#include "delta/strong.hpp"
#include "delta/waste.hpp"

namespace godwit::delta {

// What an anchor search knows of a basis.
struct AnchorTable {
  AnchorTable(const HashKey& key, Signature sums);

  Signature signature;
  Strong strong;
  AnchorFilter filter;
  BlockIndex index;
};

// Looks for blocks of the basis by their anchors. Goes on block by block while
// the expected one is there; otherwise looks at the candidates of the next
// region of a block's length. A match is extended backward over blocks without
// an anchor; what was overwritten in place is met again at the next region.
class AnchorSearch
{
public:
  // The window holds at least window_blocks blocks.
  static constexpr std::size_t window_blocks = 8;

  AnchorSearch(const AnchorTable& table, Window& window, Output& output);

  // How far beyond `stop` the window must reach, unless the file ends before, in blocks.
  static constexpr std::uint64_t stop_blocks = 4;

  // Searches to the end of the window's file; all of it becomes ops.
  Result<> run() { return run_to(std::numeric_limits<std::uint64_t>::max()); }
  // Searches for the blocks that start before `stop`; the ops end there, or with a block that reaches across it.
  Result<> run_to(std::uint64_t stop);

private:
  struct Hit {
    std::uint64_t at = 0; // where the block starts in the new bytes
    std::uint64_t number = 0;
  };

  std::uint64_t
  block_bytes() const
  {
    return m_table.signature.shape.block_bytes;
  }
  bool is_through(std::uint64_t stop) const;
  Result<> read_on();
  bool equals(std::uint64_t at, std::uint64_t number) const;
  bool expected_is_here();
  bool search_region(Hit* hit);
  bool block_around(std::uint64_t position, std::uint32_t key, Hit* hit);
  Result<> accept(Hit hit);
  Result<> finish();

  const AnchorTable& m_table;
  Window& m_window;
  Output& m_output;
  std::uint64_t m_at;           // the search goes on here
  std::uint64_t m_expected;     // the block that would be here if the run went on
  bool m_in_run = true;         // the bytes before m_at matched
  Waste m_waste;
  std::vector<std::uint32_t> m_positions;
  std::vector<std::uint32_t> m_keys;
};

} // namespace godwit::delta
