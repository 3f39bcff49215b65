// Programs of any bytes, and split forms of any bytes: what is split comes back; what a peer sends stays
// within the announced size.
#include "fuzz_input.hpp"

#include <elf.h>

#include "godwit/delta/split.hpp"

using namespace godwit;
using namespace godwit::testing;

namespace {

struct Memory : Rebuild {
  Result<>
  literal(ByteView piece) override
  {
    append(content, piece);
    return {};
  }
  Result<>
  copy(std::uint64_t /*basis_at*/, ByteView piece) override
  {
    return literal(piece);
  }
  Result<>
  hole(std::uint64_t zeros) override
  {
    content.resize(content.size() + zeros, std::byte{0});
    return {};
  }
  Bytes content;
};

void
split_and_join(ByteView file)
{
  const std::atomic<bool> stopped = false;
  MemoryReadAt reader(file);
  const auto view = delta::SplitView::open(reader, file.size(), fuzz_key(), stopped);
  FUZZ_CHECK(view);
  Bytes form((*view)->bytes());
  FUZZ_CHECK(form.size() <= delta::max_split_form_bytes(file.size()));
  const auto got = (*view)->read_at(0, form);
  FUZZ_CHECK(got && *got == form.size());
  Memory out;
  delta::SplitJoin join(out, file.size(), fuzz_key());
  FUZZ_CHECK(join.literal(form));
  FUZZ_CHECK(join.finish((*view)->file_hash(), file.size()));
  FUZZ_CHECK(std::ranges::equal(out.content, file));
}

// One whose section headers are looked at.
Bytes
with_header(FuzzInput input)
{
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_machine = input.below(2) == 0 ? EM_X86_64 : EM_AARCH64;
  header.e_shoff = input.number(2);
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = static_cast<Elf64_Half>(1 + input.below(12));
  header.e_shstrndx = static_cast<Elf64_Half>(input.below(header.e_shnum));
  Bytes program(sizeof header);
  std::memcpy(program.data(), &header, sizeof header);
  append(program, input.rest());
  return program;
}

void
join_any(FuzzInput input)
{
  const std::uint64_t file_bytes = input.number(2);
  Memory out;
  delta::SplitJoin join(out, file_bytes, fuzz_key());
  while (!input.empty()) {
    const bool is_hole = input.below(4) == 0;
    const std::size_t piece = 1 + input.number(2);
    if (!(is_hole ? join.hole(piece) : join.literal(input.bytes(piece)))) {
      break;
    }
    FUZZ_CHECK(out.content.size() <= file_bytes);
  }
  FUZZ_CHECK(!join.finish({}, file_bytes));
}

} // namespace

extern "C" int
LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count)
{
  const FuzzInput input(bytes, count);
  split_and_join(input.rest());
  split_and_join(with_header(input));
  join_any(input);
  return 0;
}
