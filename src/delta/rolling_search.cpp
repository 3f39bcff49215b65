#include "delta/rolling_search.hpp"

#include <algorithm>

#include "delta/fine_shape.hpp"

namespace godwit::delta {

namespace {
// So many offsets are rolled over before the sum is computed afresh.
constexpr std::uint64_t stretch_bytes = std::uint64_t{128} << 10;
} // namespace

RollingTable::RollingTable(const HashKey& key, Signature sums, ExpectedBy expected)
    : signature(std::move(sums)), expected_by(expected), strong(key, signature.shape),
      rolling(strong.key(), signature.shape.block_bytes),
      whole_blocks(signature.basis_bytes / signature.shape.block_bytes),
      index(signature.blocks, whole_blocks, signature.shape)
{
}

RollingSearch::RollingSearch(const RollingTable& table, Window& window, Output& output)
    : m_table(table), m_window(window), m_output(output), m_at(window.start()), m_run_end(window.start()),
      m_waste(table.signature.shape.block_bytes)
{
}

Result<>
RollingSearch::run()
{
  TRY(read_on());
  while (true) {
    TRY_ASSIGN(const bool expected, accept_expected());
    if (expected) {
      continue;
    }
    TRY_ASSIGN(const bool found, scan());
    if (!found) {
      return finish();
    }
  }
}

// Takes the expected block if it is here.
Result<bool>
RollingSearch::accept_expected()
{
  if (m_expected >= m_table.signature.blocks.size()) {
    return false;
  }
  if (m_window.end() - m_at < block_bytes() && !m_window.ended()) {
    TRY(read_on());
  }
  if (!equals(m_at, m_expected)) {
    return false;
  }
  TRY(accept(m_at, m_expected));
  return true;
}

bool
RollingSearch::equals(std::uint64_t at, std::size_t number) const
{
  const std::uint32_t length = m_table.signature.length_of(number);
  if (m_window.end() - at < length) {
    return false;
  }
  const ByteView here = m_window.view(at, at + length);
  const Block& block = m_table.signature.blocks[number];
  return m_table.strong(here) == block.strong &&
         (m_table.expected_by == ExpectedBy::strong_hash ||
          fine_key(m_table.rolling, m_table.strong, here, m_table.signature.shape.key_bits) == block.key);
}

// Goes on byte by byte until a block is found (and taken) or the file ends.
Result<bool>
RollingSearch::scan()
{
  bool fresh = true;
  while (true) {
    if (m_table.whole_blocks == 0) {
      m_at = m_window.end();
    }
    if (m_window.end() - m_at < block_bytes()) {
      if (m_window.ended()) {
        return false;
      }
      TRY(read_on());
      fresh = true;
      continue;
    }
    if (fresh) {
      m_sum = m_table.rolling.sum(m_window.at(m_at));
      fresh = false;
    }
    const std::uint64_t last = m_window.end() - block_bytes();
    m_at = next_hit(last);
    std::uint64_t number = 0;
    if (verify_hit(&number)) {
      TRY(accept(m_at, number));
      return true;
    }
    if (m_at < last) {
      m_sum = m_table.rolling.roll(m_sum, m_window.at(m_at));
    } else {
      fresh = true;
    }
    ++m_at;
  }
}

// The first offset from m_at on whose sum may be a block's; `last` if there is none.
std::uint64_t
RollingSearch::next_hit(std::uint64_t last)
{
  const Rolling& rolling = m_table.rolling;
  const unsigned bits = m_table.signature.shape.key_bits;
  const std::uint64_t factor = rolling.multiplier();
  const std::uint64_t factor2 = factor * factor;
  const std::byte* at = m_window.at(m_at);
  const std::byte* const end = m_window.at(last);
  const std::byte* const begin = at;
  std::uint64_t sum = m_sum;
  // Two steps at once: the chain of multiplications is what limits the speed.
  while (end - at >= 2 && !m_table.index.may_hold(Rolling::key_of(sum, bits))) {
    const std::uint64_t first = rolling.step(at);
    const std::uint64_t between = sum * factor + first;
    sum = sum * factor2 + first * factor + rolling.step(at + 1);
    if (m_table.index.may_hold(Rolling::key_of(between, bits))) {
      sum = between;
      ++at;
      break;
    }
    at += 2;
  }
  while (at < end && !m_table.index.may_hold(Rolling::key_of(sum, bits))) {
    sum = rolling.roll(sum, at);
    ++at;
  }
  m_sum = sum;
  m_waste.scanned(static_cast<std::uint64_t>(at - begin));
  return m_at + static_cast<std::uint64_t>(at - begin);
}

// Whether a block is at m_at, and which. The one that lies where the last match
// would go on wins: it keeps copies in long runs.
bool
RollingSearch::verify_hit(std::uint64_t* number)
{
  const std::uint32_t key = Rolling::key_of(m_sum, m_table.signature.shape.key_bits);
  const std::vector<Block>& blocks = m_table.signature.blocks;
  if (!m_table.index.find(key, [](std::uint32_t) { return true; })) {
    return false;
  }
  if (m_waste.exhausted()) {
    return false;
  }
  const std::uint64_t strong = m_table.strong(m_window.view(m_at, m_at + block_bytes()));
  const std::uint64_t gone = m_at - m_run_end;
  const std::uint64_t here = m_expected + gone / block_bytes();
  if (gone % block_bytes() == 0 && here < m_table.whole_blocks && blocks[here].strong == strong) {
    *number = here;
    return true;
  }
  const bool found = m_table.index.find(key, [&](std::uint32_t candidate) {
    *number = candidate;
    return blocks[candidate].strong == strong;
  });
  if (!found) {
    m_waste.failed(block_bytes());
  }
  return found;
}

Result<>
RollingSearch::accept(std::uint64_t at, std::uint64_t number)
{
  const std::uint32_t length = m_table.signature.length_of(number);
  TRY(m_output.match(at, m_table.signature.start_of(number), length));
  m_at = at + length;
  m_run_end = m_at;
  m_expected = number + 1;
  return {};
}

// Gets bytes to search; what is behind becomes a literal.
Result<>
RollingSearch::read_on()
{
  const std::uint64_t kept = std::min(m_at - m_output.emitted(), block_bytes());
  TRY(m_output.literal_to(m_at - kept));
  return m_window.extend(m_at - kept, m_at + block_bytes() + stretch_bytes);
}

// What is left is shorter than a block, but may end with the basis' short last one.
Result<>
RollingSearch::finish()
{
  const std::size_t count = m_table.signature.blocks.size();
  if (count > m_table.whole_blocks) {
    const std::uint32_t length = m_table.signature.length_of(count - 1);
    const std::uint64_t end = m_window.end();
    if (end - m_output.emitted() >= length && equals(end - length, count - 1)) {
      TRY(accept(end - length, count - 1));
    }
  }
  return m_output.literal_to(m_window.end());
}

} // namespace godwit::delta
