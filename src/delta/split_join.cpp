#include <algorithm>
#include <array>
#include <optional>

#include "delta/split_head.hpp"
#include "delta/split_page.hpp"
#include "godwit/base/assert.hpp"
#include "godwit/base/content_hash.hpp"
#include "godwit/delta/split.hpp"

namespace godwit::delta {

namespace {

std::uint64_t
max_operands_of(std::uint64_t file_bytes)
{
  return (file_bytes + SplitPage::bytes - 1) / SplitPage::bytes * SplitPage::max_operands;
}

Error
malformed()
{
  return make_error(ErrorKind::verify, "cannot rebuild file: its split form is malformed");
}

} // namespace

std::uint64_t
max_split_form_bytes(std::uint64_t file_bytes)
{
  return split_bytes(file_bytes, max_operands_of(file_bytes));
}

struct SplitJoin::State {
  enum class Part : std::uint8_t { head, planes, code };

  Rebuild& out;
  std::uint64_t file_bytes;
  ContentHash hash;
  Part part = Part::head;
  Bytes held; // of the head, or of the page that comes
  SplitHead head;
  std::optional<TableWalk> walk;
  Bytes planes;
  SplitPage page;
  std::uint64_t joined = 0; // operands that were put back
  std::uint64_t made = 0;   // bytes of the file

  State(Rebuild& to, std::uint64_t bytes, const HashKey& key) : out(to), file_bytes(bytes), hash(key) {}

  std::uint64_t missing() const;
  Result<> add(ByteView piece);
  Result<> end_head();
  Result<> end_page();
};

SplitJoin::SplitJoin(Rebuild& out, std::uint64_t file_bytes, const HashKey& key)
    : m_state(std::make_unique<State>(out, file_bytes, key))
{
  ASSERT(file_bytes <= max_split_bytes);
}

SplitJoin::~SplitJoin() = default;

// Of the part that comes; of the code to the end of its page.
std::uint64_t
SplitJoin::State::missing() const
{
  switch (part) {
  case Part::head:
    return SplitHead::bytes - held.size();
  case Part::planes:
    return operand_low_bytes * head.operands - planes.size();
  case Part::code:
    break;
  }
  return std::min<std::uint64_t>(SplitPage::bytes, file_bytes - made) - held.size();
}

Result<>
SplitJoin::literal(ByteView bytes)
{
  while (!bytes.empty()) {
    const ByteView piece = bytes.first(std::min<std::uint64_t>(bytes.size(), m_state->missing()));
    if (piece.empty()) {
      return malformed(); // it goes on behind the file's end
    }
    TRY(m_state->add(piece));
    bytes = bytes.subspan(piece.size());
  }
  return {};
}

Result<>
SplitJoin::hole(std::uint64_t bytes)
{
  static constexpr std::array<std::byte, 4096> zeros{};
  while (bytes != 0) {
    const std::size_t piece = std::min<std::uint64_t>(bytes, zeros.size());
    TRY(literal(ByteView(zeros).first(piece)));
    bytes -= piece;
  }
  return {};
}

// A part that is whole goes on to its end.
Result<>
SplitJoin::State::add(ByteView piece)
{
  append(part == Part::planes ? planes : held, piece);
  if (part == Part::head && missing() == 0) {
    TRY(end_head());
    part = Part::planes;
  }
  if (part == Part::planes && missing() == 0) {
    part = Part::code;
  } else if (part == Part::code && missing() == 0) {
    return end_page();
  }
  return {};
}

Result<>
SplitJoin::State::end_head()
{
  auto decoded = SplitHead::decode(held, file_bytes);
  if (!decoded || decoded->operands > max_operands_of(file_bytes)) {
    return malformed();
  }
  head = *std::move(decoded);
  planes.reserve(operand_low_bytes * head.operands);
  walk.emplace(head.tables);
  held.clear();
  return {};
}

Result<>
SplitJoin::State::end_page()
{
  SplitPage::Rest rest;
  for (std::size_t k = 0; k < operand_low_bytes; ++k) {
    rest.planes[k] = planes.data() + k * head.operands + joined;
  }
  rest.operands = head.operands - joined;
  joined += page.put_together(head.machine, held, rest);
  walk->code(held, made, Direction::together);
  hash.update(held);
  made += held.size();
  TRY(out.literal(held));
  held.clear();
  return {};
}

Result<>
SplitJoin::finish(const Hash128& hash, std::uint64_t bytes)
{
  const State& state = *m_state;
  if (state.made != bytes || state.made != state.file_bytes || state.hash.digest() != hash) {
    return make_error(ErrorKind::verify, "cannot rebuild file: its hash differs from the source's");
  }
  return {};
}

} // namespace godwit::delta
