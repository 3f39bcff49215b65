#include "godwit/delta/split.hpp"

#include <atomic>
#include <fstream>
#include <iterator>
#include <thread>

#include <doctest/doctest.h>

#include "delta/split_head.hpp"
#include "support/delta_pair.hpp"
#include "support/made_program.hpp"

using namespace godwit;
using namespace godwit::delta;
using namespace godwit::testing;

namespace {

const HashKey key{HashKey::Seed{std::byte{9}}};
const std::atomic<bool> not_stopped = false;

struct Split {
  explicit Split(ByteView file) : reader(file)
  {
    auto opened = SplitView::open(reader, file.size(), key, not_stopped);
    REQUIRE(opened);
    view = *std::move(opened);
    form.resize(view->bytes());
    const auto got = view->read_at(0, form);
    REQUIRE(got);
    REQUIRE(*got == form.size());
  }
  MemoryReadAt reader;
  std::unique_ptr<SplitView> view;
  Bytes form;
};

ContentHash
hash_of(ByteView bytes)
{
  ContentHash hash(key);
  hash.update(bytes);
  return hash;
}

bool
equal(ByteView a, ByteView b)
{
  return std::ranges::equal(a, b);
}

// Of a form that is handed on in pieces of all sizes.
Result<Bytes>
joined(ByteView form, std::uint64_t file_bytes, Hash128 hash, std::uint64_t seed)
{
  Random random(seed);
  MemoryRebuild out;
  SplitJoin join(out, file_bytes, key);
  while (!form.empty()) {
    const ByteView piece = form.first(std::min<std::size_t>(form.size(), 1 + below(random, 20000)));
    const bool is_zero = std::ranges::all_of(piece, [](std::byte byte) { return byte == std::byte{0}; });
    TRY(is_zero                 ? join.hole(piece.size())
        : below(random, 2) == 0 ? join.literal(piece)
                                : join.copy(0, piece));
    form = form.subspan(piece.size());
  }
  TRY(join.finish(hash, file_bytes));
  return std::move(out.content);
}

void
check_round_trip(ByteView file, std::uint64_t seed)
{
  const Split split(file);
  CHECK(split.view->file_hash() == hash_of(file).digest());
  const auto made = joined(split.form, file.size(), split.view->file_hash(), seed);
  REQUIRE(made);
  CHECK(equal(*made, file));
}

// Bytes among which what begins and ends an operand is frequent.
Bytes
crowded_bytes(Random& random, std::size_t count)
{
  constexpr auto frequent = std::to_array<unsigned char>({0x00, 0xff, 0xe8, 0xe9, 0x0f, 0x80, 0x05, 0x01});
  Bytes bytes = random_bytes(random, count);
  for (std::byte& byte : bytes) {
    if (below(random, 4) != 0) {
      byte = static_cast<std::byte>(frequent[below(random, frequent.size())]);
    }
  }
  return bytes;
}

Bytes
this_program()
{
  std::ifstream file("/proc/self/exe", std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
  const ByteView view = as_bytes({bytes.data(), bytes.size()});
  return {view.begin(), view.end()};
}

} // namespace

TEST_CASE("any file comes back from its split form")
{
  Random random(1);
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    CAPTURE(seed);
    const std::size_t pages = below(random, 4) * 16384;
    const std::size_t bytes = pages + (below(random, 2) == 0 ? below(random, 80) : below(random, 16384));
    check_round_trip(crowded_bytes(random, bytes), seed);
  }
}

TEST_CASE("a page that is full of operands keeps those that are too many")
{
  Bytes file(40000, std::byte{0xe8});
  for (std::size_t i = 4; i < file.size(); i += 5) {
    file[i] = std::byte{0};
  }
  check_round_trip(file, 1);
  CHECK(max_split_form_bytes(file.size()) == Split(file).form.size());
  CHECK(Split(file).view->operands() == std::uint64_t{3 * 1365}); // of three pages
}

TEST_CASE("a real program has operands and tables, and comes back")
{
  const Bytes program = this_program();
  if (program.size() > max_split_bytes) {
    MESSAGE("skipped: this test is too large a program");
    return;
  }
  MemoryReadAt reader(program);
  CHECK(is_program(reader, program.size()));
  CHECK(find_tables(reader, program.size()).size() >= 3);
  CHECK(Split(program).view->operands() > program.size() / 200);
  check_round_trip(program, 2);
}

TEST_CASE("the split form is read alike in pieces from anywhere")
{
  const Bytes program = this_program();
  const Split split(program);
  Random random(3);
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t at = below(random, split.form.size() + 10);
    Bytes piece(1 + below(random, i % 10 == 0 ? 100000 : 300));
    const auto got = split.view->read_at(at, piece);
    REQUIRE(got);
    const std::uint64_t left = split.form.size() - std::min<std::uint64_t>(at, split.form.size());
    REQUIRE(*got == std::min<std::uint64_t>(left, piece.size()));
    CHECK(equal(ByteView(piece).first(*got),
                ByteView(split.form).subspan(std::min(at, split.form.size()), *got)));
  }
}

TEST_CASE("several threads read one split form")
{
  const Bytes program = this_program();
  const Split split(program);
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> threads;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    threads.emplace_back([&, seed] {
      Random random(seed);
      for (int i = 0; i < 500; ++i) {
        Bytes piece(1 + below(random, 300));
        const std::uint64_t at = below(random, split.form.size() - piece.size());
        const auto got = split.view->read_at(at, piece);
        wrong += !got || !equal(piece, ByteView(split.form).subspan(at, piece.size())) ? 1 : 0;
      }
    });
  }
  threads.clear();
  CHECK(wrong == 0);
}

TEST_CASE("a split form is not begun once the run is stopped")
{
  const Bytes program = made_program(1, 100, 0);
  MemoryReadAt reader(program);
  const auto view = SplitView::open(reader, program.size(), key, std::atomic<bool>(true));
  REQUIRE_FALSE(view);
  CHECK(view.error().kind == ErrorKind::stopped);
}

TEST_CASE("a delta of the split form of a program that grew here and there is a fraction of the plain one")
{
  const Bytes before = made_program(7, 3000, 0);
  const Bytes after = made_program(7, 3000, 10);
  const RoundTrip plain = round_trip(key, before, after, {.levels = Levels::several});
  const RoundTrip split = round_trip(key, Split(before).form, Split(after).form, {.levels = Levels::several});
  REQUIRE_FALSE(split.error);
  CHECK(split.match.literal_bytes < plain.match.literal_bytes / 3);
  const auto made = joined(split.rebuilt, after.size(), hash_of(after).digest(), 1);
  REQUIRE(made);
  CHECK(equal(*made, after));
}

TEST_CASE("what is no split form of the file is refused")
{
  Random random(4);
  const Bytes file = crowded_bytes(random, 50000);
  const Split split(file);
  const Hash128 hash = split.view->file_hash();
  REQUIRE(joined(split.form, file.size(), hash, 1));

  const auto is_refused = [](const Result<Bytes>& made) {
    return !made && made.error().kind == ErrorKind::verify;
  };
  SUBCASE("it is cut short")
  {
    CHECK(is_refused(joined(ByteView(split.form).first(split.form.size() - 1), file.size(), hash, 1)));
  }
  SUBCASE("it goes on")
  {
    Bytes longer = split.form;
    longer.push_back(std::byte{1});
    CHECK(is_refused(joined(longer, file.size(), hash, 1)));
  }
  SUBCASE("it has more operands than its pages hold")
  {
    Bytes other = split.form;
    store_le(other.data() + SplitHead::number_bytes, std::uint64_t{4 * 1365 + 1});
    CHECK(is_refused(joined(other, file.size(), hash, 1)));
  }
  SUBCASE("it is of other bytes")
  {
    Bytes other = split.form;
    other.back() ^= std::byte{1};
    CHECK(is_refused(joined(other, file.size(), hash, 1)));
  }
  SUBCASE("it is for no known machine")
  {
    Bytes other = split.form;
    other[0] = std::byte{2};
    CHECK(is_refused(joined(other, file.size(), hash, 1)));
  }
  SUBCASE("its tables lie outside the file, overlap, or are of no known kind")
  {
    for (const Tables& tables :
         {Tables{{0, 50004, {}}}, Tables{{0, 400, {}}, {396, 8, {}}}, Tables{{2, 8, {}}},
          Tables{{0, 8, static_cast<TableKind>(3)}}, Tables{{~std::uint64_t{3}, 8, {}}}}) {
      Bytes other = split.form;
      const SplitHead::Wire head = SplitHead{Machine::x86_64, split.view->operands(), tables}.encode();
      std::ranges::copy(head, other.begin());
      CHECK(is_refused(joined(other, file.size(), hash, 1)));
    }
  }
}

TEST_CASE("a file that changes under its split form is told from what it was")
{
  Random random(5);
  Bytes file = crowded_bytes(random, 100000);
  Split split(file);
  std::ranges::fill(file, std::byte{0});
  Bytes rest(split.form.size());
  const auto got = split.view->read_at(0, rest);
  CHECK_FALSE(got);
  CHECK(got.error().kind == ErrorKind::changed);
  MemoryReadAt shorter(ByteView(file).first(99999));
  CHECK_FALSE(SplitView::open(shorter, file.size(), key, not_stopped));
}

TEST_CASE("branches of AArch64 are operands, at multiples of four")
{
  Bytes program = made_program(2, 300, 0);
  program[18] = std::byte{EM_AARCH64};
  for (std::size_t at = 64; at + 4 <= program.size(); at += 4) {
    program[at + 3] &= std::byte{0x0f}; // none
  }
  program[1003] = std::byte{0x94};
  program[2003] = std::byte{0x17};
  program[3002] = std::byte{0x94}; // not the highest byte
  const Split split(program);
  CHECK(split.view->operands() == 2);
  CHECK(split.form[SplitHead::bytes] == program[1000]);
  CHECK(split.form[SplitHead::bytes + 5] == program[2002]);
  check_round_trip(program, 1);
}

TEST_CASE("only large enough ELF files for known machines are programs")
{
  Bytes program = made_program(1, 200, 0);
  const auto is = [&](std::uint64_t bytes) {
    MemoryReadAt reader(program);
    return is_program(reader, bytes);
  };
  CHECK(is(program.size()));
  CHECK_FALSE(is(min_split_bytes - 1));
  CHECK_FALSE(is(max_split_bytes + 1));
  program[18] = std::byte{EM_AARCH64};
  CHECK(is(program.size()));
  program[18] = std::byte{EM_386};
  CHECK_FALSE(is(program.size()));
}
