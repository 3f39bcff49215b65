#include "delta/table_code.hpp"

#include <doctest/doctest.h>

#include "delta/program.hpp"
#include "support/made_program.hpp"

using namespace godwit;
using namespace godwit::delta;
using namespace godwit::testing;

namespace {

void
walk_all(Bytes& file, const Tables& tables, std::size_t page_bytes, Direction direction)
{
  TableWalk walk(tables);
  for (std::size_t at = 0; at < file.size(); at += page_bytes) {
    walk.code(ByteSpan(file).subspan(at, std::min(page_bytes, file.size() - at)), at, direction);
  }
}

std::vector<std::uint32_t>
words_of(const Bytes& file)
{
  std::vector<std::uint32_t> words;
  for (std::size_t at = 0; at + 4 <= file.size(); at += 4) {
    words.push_back(load_le<std::uint32_t>(&file[at]));
  }
  return words;
}

Bytes
bytes_of(const std::vector<std::uint32_t>& words)
{
  Bytes file(4 * words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    store_le(&file[4 * i], words[i]);
  }
  return file;
}

Elf64_Shdr
section(std::uint32_t type, std::uint64_t at, std::uint64_t bytes, std::uint64_t entry_bytes = 0,
        std::uint32_t name = 0)
{
  Elf64_Shdr header{};
  header.sh_name = name;
  header.sh_type = type;
  header.sh_offset = at;
  header.sh_size = bytes;
  header.sh_entsize = entry_bytes;
  return header;
}

// A common record, and frames that name it, of code that begins at `code_at`.
std::vector<std::uint32_t>
frames(std::size_t count, std::uint32_t code_at)
{
  std::vector<std::uint32_t> words{12, 0, 0, 0};
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::uint32_t>(4 * words.size());
    const std::uint32_t code_bytes = 32 + 16 * (i % 3);
    words.insert(words.end(), {16, at + 4, code_at - (at + 8), code_bytes, 0x5eed});
    code_at += code_bytes;
  }
  return words;
}

} // namespace

TEST_CASE("tables of any words come back, whatever pages they are cut into")
{
  Random random(11);
  for (int i = 0; i < 500; ++i) {
    Bytes file = random_bytes(random, 2000 + below(random, 100));
    for (std::size_t at = 0; at + 4 <= file.size();
         at += 4) { // many small numbers, so that frames make sense
      if (below(random, 3) != 0) {
        store_le(&file[at], static_cast<std::uint32_t>(below(random, 8) * (below(random, 9) == 0 ? 3 : 4)));
      }
    }
    const Tables tables{
        {4 * below(random, 20), 4 * below(random, 150), static_cast<TableKind>(below(random, 3))},
        {800, 4 * below(random, 50), static_cast<TableKind>(below(random, 3))},
        {1200, 4 * (below(random, 2) == 0 ? 200 : below(random, 200)), TableKind::frames}};
    Bytes coded = file;
    walk_all(coded, tables, 4 * (1 + below(random, 200)), Direction::apart);
    walk_all(coded, tables, 4 * (1 + below(random, 200)), Direction::together);
    REQUIRE(std::ranges::equal(coded, file));
  }
}

TEST_CASE("frames whose code moved are the same differences but for the first")
{
  Bytes before = bytes_of(frames(100, 0x4000));
  Bytes after = bytes_of(frames(100, 0x5550));
  const Tables tables{{0, before.size(), TableKind::frames}};
  walk_all(before, tables, 400, Direction::apart);
  walk_all(after, tables, 400, Direction::apart);
  CHECK(words_of(before)[6] != words_of(after)[6]);
  CHECK(std::ranges::equal(ByteView(before).subspan(28), ByteView(after).subspan(28)));
  CHECK(words_of(before)[15] == 1); // the same common record as the last
  CHECK(words_of(before)[16] == 0); // its code follows the last one's
}

TEST_CASE("a frame without all its fields, and what is none, are passed over")
{
  for (const std::vector<std::uint32_t>& words :
       std::vector<std::vector<std::uint32_t>>{{4, 8, 16, 8, 4, 8},
                                               {8, 8, 5, 12, 9, 5, 7, 4, 0},
                                               {3, 1, 2, 3},
                                               {0, 1, 2},
                                               {0xffffffff, 1, 2, 3, 4, 5},
                                               {16, 4, 0, 0, 0},
                                               {16, 3, 1, 2, 3}}) {
    const Bytes file = bytes_of(words);
    const Tables tables{{0, file.size(), TableKind::frames}};
    Bytes coded = file;
    walk_all(coded, tables, 8, Direction::apart);
    walk_all(coded, tables, 12, Direction::together);
    CHECK(words_of(coded) == words);
  }
}

TEST_CASE("records are differences to the last, lane by lane")
{
  Bytes file = bytes_of({10, 20, 13, 21, 17, 25});
  walk_all(file, {{0, 24, TableKind::pairs}}, 8, Direction::apart);
  CHECK(words_of(file) == std::vector<std::uint32_t>{10, 20, 3, 1, 4, 4});
  file = bytes_of({1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16});
  walk_all(file, {{0, 48, TableKind::records}}, 20, Direction::apart);
  CHECK(words_of(file) == std::vector<std::uint32_t>{1, 2, 3, 4, 5, 6, 10, 10, 10, 10, 10, 10});
}

TEST_CASE("tables are found by the section headers, whatever these say")
{
  constexpr std::string_view names("\0.eh_frame\0.eh_frame_hdr", 25);
  Bytes program(4096, std::byte{0});
  std::vector<Elf64_Shdr> sections(5);
  const auto put = [&] {
    put_header(program, 3000, sections.size());
    std::memcpy(program.data() + 2900, names.data(), names.size());
    std::memcpy(program.data() + 3000, sections.data(), sections.size() * sizeof(Elf64_Shdr));
    MemoryReadAt reader(program);
    return find_tables(reader, program.size());
  };
  sections[1] = section(SHT_PROGBITS, 800, 401, 0, 1);
  sections[2] = section(SHT_PROGBITS, 400, 212, 0, 11);
  sections[3] = section(SHT_RELA, 1600, 240, 24);
  sections[4] = section(SHT_STRTAB, 2900, names.size());
  CHECK(put() ==
        Tables{{412, 200, TableKind::pairs}, {800, 400, TableKind::frames}, {1600, 240, TableKind::records}});

  sections[3].sh_entsize = 16;
  sections[2].sh_offset = 402;
  CHECK(put() == Tables{{800, 400, TableKind::frames}});
  sections[1].sh_size = 4000; // behind the end
  CHECK(put().empty());
  sections[1] = section(SHT_SYMTAB, 1500, 240, 24);
  sections[3].sh_entsize = 24; // they overlap
  CHECK(put().empty());
  sections[4].sh_offset = ~std::uint64_t{0};
  CHECK(put().empty());
}

TEST_CASE("of many tables the longest are taken")
{
  Bytes program(20000, std::byte{0});
  std::vector<Elf64_Shdr> sections(13);
  for (std::size_t i = 1; i <= 11; ++i) {
    sections[i] = section(SHT_RELA, i * 1000, 24 * (10 + i), 24);
  }
  put_header(program, 16000, sections.size());
  std::memcpy(program.data() + 16000, sections.data(), sections.size() * sizeof(Elf64_Shdr));
  MemoryReadAt reader(program);
  const Tables tables = find_tables(reader, program.size());
  REQUIRE(tables.size() == max_tables);
  CHECK(tables.front() == Table{4000, 24 * 14, TableKind::records});
}
