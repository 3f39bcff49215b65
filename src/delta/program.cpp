#include "delta/program.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include <elf.h>

#include "godwit/delta/split.hpp"

namespace godwit::delta {

namespace {

constexpr std::size_t word_bytes = 4;
constexpr std::uint64_t least_table = 128;
constexpr std::size_t max_sections = 1024;
constexpr std::uint64_t max_names_bytes = std::uint64_t{64} << 10U;
constexpr std::uint64_t frame_header_bytes = 12;

template <class T>
std::optional<std::vector<T>>
read_all(ReadAt& program, std::uint64_t at, std::size_t count)
{
  std::vector<T> values(count);
  const ByteSpan bytes = std::as_writable_bytes(std::span(values));
  const auto got = program.read_at(at, bytes);
  return got && *got == bytes.size() ? std::optional(std::move(values)) : std::nullopt;
}

std::string_view
name_at(const std::vector<char>& names, std::size_t at)
{
  const std::string_view all(names.data(), names.size());
  return at < all.size() ? all.substr(at, all.find('\0', at) - at) : std::string_view();
}

std::optional<TableKind>
kind_of(const Elf64_Shdr& section, std::string_view name)
{
  static_assert(sizeof(Elf64_Rela) == 6 * word_bytes && sizeof(Elf64_Sym) == 6 * word_bytes);
  const bool is_records =
      section.sh_type == SHT_RELA || section.sh_type == SHT_SYMTAB || section.sh_type == SHT_DYNSYM;
  if (is_records) {
    return section.sh_entsize == sizeof(Elf64_Rela) ? std::optional(TableKind::records) : std::nullopt;
  }
  if (section.sh_type == SHT_NOBITS) {
    return std::nullopt;
  }
  return name == ".eh_frame"       ? std::optional(TableKind::frames)
         : name == ".eh_frame_hdr" ? std::optional(TableKind::pairs)
                                   : std::nullopt;
}

std::optional<Table>
table_of(const Elf64_Shdr& section, std::string_view name, std::uint64_t bytes)
{
  const auto kind = kind_of(section, name);
  if (!kind || section.sh_offset > bytes || section.sh_size > bytes - section.sh_offset) {
    return std::nullopt;
  }
  const std::uint64_t head = *kind == TableKind::pairs ? std::min(frame_header_bytes, section.sh_size) : 0;
  const Table table{section.sh_offset + head, (section.sh_size - head) / word_bytes * word_bytes, *kind};
  return table.at % word_bytes == 0 && table.bytes >= least_table ? std::optional(table) : std::nullopt;
}

// The longest, in the order of their places; nothing where they overlap.
Tables
chosen(Tables tables, std::uint64_t bytes)
{
  std::ranges::sort(tables, std::greater(), &Table::bytes);
  tables.resize(std::min(tables.size(), max_tables));
  std::ranges::sort(tables, {}, &Table::at);
  return are_tables(tables, bytes) ? tables : Tables();
}

} // namespace

std::optional<Machine>
machine_of(ReadAt& program)
{
  const auto headers = read_all<Elf64_Ehdr>(program, 0, 1);
  if (!headers) {
    return std::nullopt;
  }
  const Elf64_Ehdr& header = headers->front();
  const std::string_view ident(reinterpret_cast<const char*>(header.e_ident), EI_NIDENT);
  if (!ident.starts_with(ELFMAG) || header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB) {
    return std::nullopt;
  }
  switch (header.e_machine) {
  case EM_X86_64:
    return Machine::x86_64;
  case EM_AARCH64:
    return Machine::aarch64;
  default:
    return std::nullopt;
  }
}

bool
is_program(ReadAt& file, std::uint64_t bytes)
{
  return bytes >= min_split_bytes && bytes <= max_split_bytes && machine_of(file);
}

Tables
find_tables(ReadAt& program, std::uint64_t bytes)
{
  const auto headers = read_all<Elf64_Ehdr>(program, 0, 1);
  if (!headers || headers->front().e_shentsize != sizeof(Elf64_Shdr) ||
      headers->front().e_shnum > max_sections || headers->front().e_shstrndx >= headers->front().e_shnum) {
    return {};
  }
  const Elf64_Ehdr& header = headers->front();
  const auto sections = read_all<Elf64_Shdr>(program, header.e_shoff, header.e_shnum);
  if (!sections) {
    return {};
  }
  const Elf64_Shdr& name_section = (*sections)[header.e_shstrndx];
  const auto names =
      read_all<char>(program, name_section.sh_offset, std::min(name_section.sh_size, max_names_bytes));
  if (!names) {
    return {};
  }
  Tables tables;
  for (const Elf64_Shdr& section : *sections) {
    if (const auto table = table_of(section, name_at(*names, section.sh_name), bytes)) {
      tables.push_back(*table);
    }
  }
  return chosen(std::move(tables), bytes);
}

bool
are_tables(const Tables& tables, std::uint64_t bytes)
{
  std::uint64_t end = 0;
  for (const Table& table : tables) {
    if (table.at < end || table.at > bytes || table.bytes > bytes - table.at || table.at % word_bytes != 0 ||
        table.bytes % word_bytes != 0) {
      return false;
    }
    end = table.end();
  }
  return true;
}

} // namespace godwit::delta
