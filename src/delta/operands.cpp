#include "delta/operands.hpp"

#include <array>
#include <bit>

namespace godwit::delta {

namespace {

using Bytes16 = std::uint8_t __attribute__((vector_size(16)));
constexpr std::size_t group = 64;                 // positions that are tested at once
constexpr std::size_t before = 2;                 // bytes before the first position that are looked at
constexpr std::size_t behind = operand_bytes - 1; // and behind the last

Bytes16
load(const std::byte* at)
{
  Bytes16 bytes;
  std::memcpy(&bytes, at, sizeof bytes);
  return bytes;
}

// A bit for each of 16 positions, lowest first, whose byte has its highest bit set and no other.
std::uint64_t
bits_of(Bytes16 highest)
{
  std::uint64_t bits = 0;
  for (const std::uint64_t word : std::bit_cast<std::array<std::uint64_t, 2>>(highest)) {
    bits = bits >> 8U | (word >> 7U) * 0x0102040810204080 >> 56U << 8U;
  }
  return bits;
}

// Which of the positions from `at` on are operands, were there none before.
std::uint64_t
candidates(const std::byte* at)
{
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < group; i += sizeof(Bytes16)) {
    const Bytes16 opcode = load(at + i - 2);
    const Bytes16 last = load(at + i - 1);
    const Bytes16 highest = load(at + i + behind);
    const auto is_near = (highest == 0) | (highest == 0xff);
    const auto is_call = (last & 0xfe) == 0xe8;     // e9: jump
    const auto is_relative = (last & 0xc7) == 0x05; // a ModRM byte
    // Where `opcode` may be a filler, `last` is the highest byte of the operand before: 0 or 255.
    const auto is_conditional = (opcode == 0x0f) & ((last & 0xf0) == 0x80);
    const auto hits = is_near & (is_call | is_relative | is_conditional);
    bits |= bits_of(reinterpret_cast<Bytes16>(hits) & 0x80) << i;
  }
  return bits;
}

// Those that begin inside one before are none.
class Positions
{
public:
  explicit Positions(std::span<std::uint16_t> found) : m_found(found) {}

  void
  add(std::size_t at, std::uint64_t hits)
  {
    for (; hits != 0; hits &= hits - 1) {
      const std::size_t position = at + static_cast<std::size_t>(std::countr_zero(hits));
      if (position >= m_free_from && m_count < m_found.size()) {
        m_found[m_count++] = static_cast<std::uint16_t>(position);
        m_free_from = position + operand_bytes;
      }
    }
  }
  std::size_t
  count() const
  {
    return m_count;
  }

private:
  std::span<std::uint16_t> m_found;
  std::size_t m_count = 0;
  std::size_t m_free_from = 0;
};

std::size_t
find_x86_64(ByteView page, std::span<std::uint16_t> positions)
{
  Positions found(positions);
  std::size_t at = before;
  for (; at + group + behind <= page.size(); at += group) {
    found.add(at, candidates(page.data() + at));
  }
  if (at < page.size()) { // no operand reaches across its end
    std::array<std::byte, before + group + behind> rest{};
    rest.fill(operand_filler);
    std::memcpy(rest.data(), page.data() + at - before, page.size() - (at - before));
    found.add(at, candidates(rest.data() + before));
  }
  return found.count();
}

std::size_t
find_aarch64(ByteView page, std::span<std::uint16_t> positions)
{
  std::size_t count = 0;
  for (std::size_t at = 0; at + operand_bytes <= page.size() && count < positions.size();
       at += operand_bytes) {
    positions[count] = static_cast<std::uint16_t>(at);
    count += (page[at + operand_low_bytes] & std::byte{0x7c}) == std::byte{0x14} ? 1 : 0;
  }
  return count;
}

} // namespace

std::size_t
find_operands(Machine machine, ByteView page, std::span<std::uint16_t> positions)
{
  return machine == Machine::aarch64 ? find_aarch64(page, positions) : find_x86_64(page, positions);
}

} // namespace godwit::delta
