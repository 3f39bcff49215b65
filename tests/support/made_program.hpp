#pragma once
// Programs that were never compiled: a header, sections, and functions that call each other.

#include <elf.h>

#include <vector>

#include "support/random_bytes.hpp"

namespace godwit::testing {

// The header of an x86-64 program; sections stand from `sections_at` on, the last one names them.
inline void
put_header(Bytes& program, std::uint64_t sections_at, std::size_t sections)
{
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_machine = EM_X86_64;
  header.e_shoff = sections_at;
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = static_cast<Elf64_Half>(sections);
  header.e_shstrndx = static_cast<Elf64_Half>(sections - (sections != 0 ? 1 : 0));
  std::memcpy(program.data(), &header, sizeof header);
}

// Functions of random code, each of which calls others; `grown` adds to some of them, so that code and
// distances move.
inline Bytes
made_program(std::uint64_t seed, std::size_t functions, unsigned grown)
{
  constexpr std::size_t pieces = 8; // of 9 to 24 bytes and a call
  Random random(seed);
  Bytes program(sizeof(Elf64_Ehdr), std::byte{0});
  struct Call {
    std::size_t at = 0;
    std::size_t callee = 0;
  };
  std::vector<Call> calls;
  std::vector<std::size_t> begins;
  for (std::size_t i = 0; i < functions; ++i) {
    begins.push_back(program.size());
    for (std::size_t piece = 0; piece < pieces; ++piece) {
      append(program, random_bytes(random, 9 + below(random, 16)));
      program.push_back(std::byte{0xe8});
      calls.push_back({program.size(), below(random, functions)});
      program.resize(program.size() + 4);
    }
    if (grown != 0 && i % grown == 0) {
      append(program, as_bytes("further code"));
    }
  }
  for (const Call& call : calls) {
    store_le(&program[call.at], static_cast<std::uint32_t>(begins[call.callee] - call.at - 4));
  }
  put_header(program, 0, 0);
  return program;
}

} // namespace godwit::testing
