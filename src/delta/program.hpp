#pragma once

#include <optional>

#include "delta/operands.hpp"
#include "delta/table_code.hpp"
#include "godwit/base/io.hpp"

namespace godwit::delta {

constexpr std::size_t max_tables = 8;

// What an ELF program is for; nothing where that is another machine, or it is none.
std::optional<Machine> machine_of(ReadAt& program);

// The tables of an ELF program, as its section headers tell (System V ABI, Object Files; Linux
// Standard Base, Core, 10.6): the eight longest. None where the headers cannot be read or make no sense.
Tables find_tables(ReadAt& program, std::uint64_t bytes);

// In order, apart from each other, of whole words, and within a file of `bytes`.
bool are_tables(const Tables& tables, std::uint64_t bytes);

} // namespace godwit::delta
