#include "delta/anchor_search.hpp"

#include <algorithm>

#include "delta/anchor_choice.hpp"

namespace godwit::delta {

namespace {
// Unmatched bytes stay in the window for this many blocks, for matches that extend backward.
constexpr std::uint64_t kept_blocks = 3;
constexpr std::size_t bytes_per_candidate = 64;
} // namespace

AnchorTable::AnchorTable(const HashKey& key, Signature sums)
    : signature(std::move(sums)), strong(key, signature.shape),
      filter(strong.key(), signature.shape.rarity_bits),
      index(signature.blocks, signature.blocks.size(), signature.shape)
{
}

AnchorSearch::AnchorSearch(const AnchorTable& table, Window& window, Output& output)
    : m_table(table), m_window(window), m_output(output), m_at(window.start()),
      m_expected(window.start() / table.signature.shape.block_bytes),
      m_waste(table.signature.shape.block_bytes),
      m_positions(table.signature.shape.block_bytes / bytes_per_candidate), m_keys(m_positions.size())
{
}

// Where nothing matched at the end, a block that starts before it may have its anchor behind it.
bool
AnchorSearch::is_through(std::uint64_t stop) const
{
  return m_at >= stop && (m_in_run || m_at - stop >= block_bytes());
}

Result<>
AnchorSearch::run_to(std::uint64_t stop)
{
  while (true) {
    TRY(read_on());
    if (m_at == m_window.end()) {
      return finish();
    }
    if (is_through(stop)) {
      return m_output.literal_to(std::max(m_output.emitted(), stop));
    }
    if (expected_is_here()) {
      TRY(accept({m_at, m_expected}));
      continue;
    }
    m_in_run = false;
    Hit hit;
    if (search_region(&hit)) {
      TRY(accept(hit));
      continue;
    }
    m_at = std::min(m_at + block_bytes(), m_window.end());
    ++m_expected;
  }
}

// Gets the bytes that the next step may look at; what is far behind becomes a literal.
Result<>
AnchorSearch::read_on()
{
  // A block found by an anchor at the region's end reaches almost two blocks beyond m_at.
  const std::uint64_t wanted = m_at + 2 * block_bytes() + AnchorFilter::reach;
  if (m_window.ended() || m_window.end() >= wanted) {
    return {};
  }
  const std::uint64_t kept = std::min(m_at - m_output.emitted(), kept_blocks * block_bytes());
  TRY(m_output.literal_to(m_at - kept));
  return m_window.extend(m_at - kept, wanted);
}

bool
AnchorSearch::equals(std::uint64_t at, std::uint64_t number) const
{
  const std::uint32_t length = m_table.signature.length_of(number);
  return m_window.end() - at >= length &&
         m_table.strong(m_window.view(at, at + length)) == m_table.signature.blocks[number].strong;
}

// After a match the strong hash alone decides; elsewhere the anchor's key is asked first.
bool
AnchorSearch::expected_is_here()
{
  if (m_expected >= m_table.signature.blocks.size()) {
    return false;
  }
  if (!m_in_run) {
    const Block& block = m_table.signature.blocks[m_expected];
    if (m_window.end() - m_at < block.offset + AnchorFilter::reach ||
        anchor_key(m_table.filter, m_window.at(m_at + block.offset), m_table.signature.shape.key_bits) !=
            block.key) {
      return false;
    }
  }
  if (equals(m_at, m_expected)) {
    return true;
  }
  m_waste.failed(block_bytes());
  return false;
}

// Looks up the candidates of [m_at, m_at + one block).
bool
AnchorSearch::search_region(Hit* hit)
{
  const std::uint64_t available = m_window.end() - m_at;
  const std::uint64_t length =
      std::min(block_bytes(), available - std::min<std::uint64_t>(available, AnchorFilter::reach - 1));
  m_waste.scanned(length);
  const std::size_t found = m_table.filter.scan(m_window.at(m_at), length, m_positions);
  for (std::size_t i = 0; i < found; ++i) {
    m_keys[i] =
        anchor_key(m_table.filter, m_window.at(m_at + m_positions[i]), m_table.signature.shape.key_bits);
    m_table.index.prefetch(m_keys[i]);
  }
  for (std::size_t i = 0; i < found; ++i) {
    if (m_table.index.may_hold(m_keys[i]) && block_around(m_at + m_positions[i], m_keys[i], hit)) {
      return true;
    }
  }
  return false;
}

// Whether a block with this key lies around this position.
bool
AnchorSearch::block_around(std::uint64_t position, std::uint32_t key, Hit* hit)
{
  return m_table.index.find(key, [&](std::uint32_t number) {
    const std::uint64_t offset = m_table.signature.blocks[number].offset;
    if (position - m_output.emitted() < offset || m_waste.exhausted()) {
      return false;
    }
    *hit = {position - offset, number};
    if (equals(hit->at, number)) {
      return true;
    }
    m_waste.failed(m_table.signature.length_of(number));
    return false;
  });
}

// Takes a block, and those before it that were missed for want of an anchor.
Result<>
AnchorSearch::accept(Hit hit)
{
  const std::uint64_t end = hit.at + m_table.signature.length_of(hit.number);
  const std::uint64_t next = hit.number + 1;
  while (hit.number > 0 && hit.at - m_output.emitted() >= block_bytes() &&
         equals(hit.at - block_bytes(), hit.number - 1)) {
    hit.at -= block_bytes();
    --hit.number;
  }
  TRY(m_output.match(hit.at, m_table.signature.start_of(hit.number), end - hit.at));
  m_at = end;
  m_expected = next;
  m_in_run = true;
  return {};
}

// The basis' last block, when short, may end the new bytes without having been expected there.
Result<>
AnchorSearch::finish()
{
  const std::size_t count = m_table.signature.blocks.size();
  const std::uint64_t end = m_window.end();
  if (count != 0) {
    const std::uint32_t length = m_table.signature.length_of(count - 1);
    if (length != block_bytes() && end - m_output.emitted() >= length && equals(end - length, count - 1)) {
      TRY(accept({end - length, count - 1}));
    }
  }
  return m_output.literal_to(end);
}

} // namespace godwit::delta
