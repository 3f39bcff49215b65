#pragma once

#include <cstdint>
#include <span>

#include "godwit/base/bytes.hpp"

namespace godwit::delta {

enum class Machine : std::uint8_t { x86_64, aarch64 };

// Operands that say how far away their target is:
//
//   x86-64: the last four bytes of a call, a jump, or an address relative to the next instruction (Intel SDM
//     volume 2, 2.1.5 and 2.2.1.6), told by the byte before them, and by a highest byte of 0 or 255
//   AArch64: branches, with and without link (Arm ARM, C6.2: B, BL), at multiples of four
//
// They are found without decoding what comes before: now and then other bytes look alike, which costs a little and
// breaks nothing. An operand is found again where the three lower bytes of operands were replaced by `operand_filler`,
// and depends on nothing outside the page. So a pattern must not match where a byte that it looks at was replaced.
constexpr std::size_t operand_bytes = 4;
constexpr std::size_t operand_low_bytes = 3; // those that are replaced
constexpr std::byte operand_filler{1};       // not a highest byte

// Finds the first bytes of the operands of a page from its front, as many as `positions` holds; how many
// those are. Pages have at most 64 KiB.
std::size_t find_operands(Machine machine, ByteView page, std::span<std::uint16_t> positions);

} // namespace godwit::delta
