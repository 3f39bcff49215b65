#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "delta/program.hpp"
#include "delta/split_head.hpp"
#include "delta/split_page.hpp"
#include "godwit/base/assert.hpp"
#include "godwit/base/content_hash.hpp"
#include "godwit/delta/split.hpp"

namespace godwit::delta {

namespace {

constexpr std::size_t scan_bytes = 16 * SplitPage::bytes; // read at once

Error
changed()
{
  return make_error(ErrorKind::changed, "file changed while it was read");
}

} // namespace

struct SplitView::State {
  ReadAt& file;
  std::uint64_t file_bytes;
  Hash128 hash{};
  Machine machine = Machine::x86_64;
  Tables tables;
  SplitHead::Wire head{};
  std::array<Bytes, operand_low_bytes> planes;
  std::vector<std::uint16_t> operands;     // of each page
  std::map<std::size_t, TableWalk> inside; // of the pages that begin inside a table

  std::mutex mutex;
  std::optional<std::size_t> loaded; // the page that is held
  Bytes code;
  SplitPage page;

  State(ReadAt& of_file, std::uint64_t bytes) : file(of_file), file_bytes(bytes) {}

  std::uint64_t
  code_at() const
  {
    return split_bytes(0, planes[0].size());
  }
  Result<> scan(const HashKey& key, const std::atomic<bool>& stopped);
  void take_apart(ByteSpan bytes, std::uint64_t at, TableWalk& walk);
  TableWalk walk_to(std::size_t number) const;
  Result<> load(std::size_t number);
  Result<std::size_t> read_piece(std::uint64_t offset, ByteSpan into);
};

SplitView::SplitView(std::unique_ptr<State> state) : m_state(std::move(state)) {}
SplitView::~SplitView() = default;

Result<std::unique_ptr<SplitView>>
SplitView::open(ReadAt& file, std::uint64_t file_bytes, const HashKey& key, const std::atomic<bool>& stopped)
{
  ASSERT(file_bytes <= max_split_bytes);
  auto state = std::make_unique<State>(file, file_bytes);
  TRY(state->scan(key, stopped));
  return std::unique_ptr<SplitView>(new SplitView(std::move(state)));
}

std::uint64_t
SplitView::bytes() const
{
  return split_bytes(m_state->file_bytes, operands());
}

std::uint64_t
SplitView::operands() const
{
  return m_state->planes[0].size();
}

Hash128
SplitView::file_hash() const
{
  return m_state->hash;
}

Result<>
SplitView::State::scan(const HashKey& key, const std::atomic<bool>& stopped)
{
  machine = machine_of(file).value_or(machine);
  tables = find_tables(file, file_bytes);
  TableWalk walk(tables);
  ContentHash content(key);
  Bytes buffer(std::min<std::uint64_t>(scan_bytes, file_bytes));
  for (std::uint64_t at = 0; at < file_bytes; at += buffer.size()) {
    if (stopped) {
      return make_error(ErrorKind::stopped, "stopped");
    }
    const ByteSpan piece(buffer.data(), std::min<std::uint64_t>(buffer.size(), file_bytes - at));
    TRY_ASSIGN(const std::size_t got, file.read_at(at, piece));
    if (got != piece.size()) {
      return changed();
    }
    content.update(piece);
    for (std::size_t in_piece = 0; in_piece < piece.size(); in_piece += SplitPage::bytes) {
      if (walk.is_inside()) {
        inside.emplace(operands.size(), walk);
      }
      take_apart(piece.subspan(in_piece, std::min(piece.size() - in_piece, SplitPage::bytes)), at + in_piece,
                 walk);
      for (std::size_t k = 0; k < planes.size(); ++k) {
        append(planes[k], page.plane(k));
      }
      operands.push_back(static_cast<std::uint16_t>(page.operands()));
    }
  }
  for (Bytes& plane : planes) {
    plane.shrink_to_fit();
  }
  hash = content.digest();
  head = SplitHead{machine, planes[0].size(), tables}.encode();
  return {};
}

void
SplitView::State::take_apart(ByteSpan bytes, std::uint64_t at, TableWalk& walk)
{
  walk.code(bytes, at, Direction::apart);
  page.take_apart(machine, bytes);
}

TableWalk
SplitView::State::walk_to(std::size_t number) const
{
  const auto begun = inside.find(number);
  return begun != inside.end() ? begun->second : TableWalk(tables, number * std::uint64_t{SplitPage::bytes});
}

Result<>
SplitView::State::load(std::size_t number)
{
  if (loaded == number) {
    return {};
  }
  loaded.reset();
  const std::uint64_t at = number * std::uint64_t{SplitPage::bytes};
  code.resize(std::min<std::uint64_t>(SplitPage::bytes, file_bytes - at));
  TRY_ASSIGN(const std::size_t got, file.read_at(at, code));
  if (got != code.size()) {
    return changed();
  }
  TableWalk walk = walk_to(number);
  take_apart(code, at, walk);
  if (page.operands() != operands[number]) {
    return changed();
  }
  loaded = number;
  return {};
}

Result<std::size_t>
SplitView::read_at(std::uint64_t offset, ByteSpan into)
{
  const std::scoped_lock lock(m_state->mutex);
  std::size_t done = 0;
  while (done < into.size() && offset + done < bytes()) {
    TRY_ASSIGN(const std::size_t got, m_state->read_piece(offset + done, into.subspan(done)));
    done += got;
  }
  return done;
}

// From one plane or page at most.
Result<std::size_t>
SplitView::State::read_piece(std::uint64_t offset, ByteSpan into)
{
  const auto copy_of = [&](ByteView from) {
    const std::size_t got = std::min(from.size(), into.size());
    std::memcpy(into.data(), from.data(), got);
    return got;
  };
  if (offset < SplitHead::bytes) {
    return copy_of(ByteView(head).subspan(offset));
  }
  if (offset < code_at()) {
    const std::uint64_t in_planes = offset - SplitHead::bytes;
    const std::size_t each = planes[0].size();
    return copy_of(ByteView(planes[in_planes / each]).subspan(in_planes % each));
  }
  const std::uint64_t in_code = offset - code_at();
  TRY(load(in_code / SplitPage::bytes));
  return copy_of(ByteView(code).subspan(in_code % SplitPage::bytes));
}

} // namespace godwit::delta
