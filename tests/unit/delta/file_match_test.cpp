#include "godwit/delta/file_match.hpp"

#include <algorithm>
#include <atomic>

#include <doctest/doctest.h>

#include "godwit/base/content_hash.hpp"
#include "support/delta_pair.hpp"
#include "support/random_bytes.hpp"

using namespace godwit;
using namespace godwit::testing;
using namespace godwit::delta;

namespace {

const HashKey key{HashKey::Seed{std::byte{7}}}; // under which the crumbs below have an anchor
constexpr SumOptions by_levels{Strength::sized, Levels::several};
constexpr std::size_t mib = std::size_t{1} << 20;

Bytes
some_bytes(std::size_t count, std::uint64_t seed = 1)
{
  Random random(seed);
  return random_bytes(random, count);
}

// Both sides of one file, and what went on between them.
struct Exchange {
  Exchange(ByteView old_bytes, ReadAt& file, const FileMatchSettings& settings)
      : basis(old_bytes), basis_file(old_bytes), patcher(&basis_file, old_bytes.size(), rebuild, key),
        writer([this](Bytes chunk) {
          ops_bytes += chunk.size();
          return patcher.apply(chunk);
        }),
        match(key, file, writer, settings)
  {
  }

  // Steps as long as there is something to do; replies to all requests when `replies`.
  Result<FileMatch::Step>
  run(bool replies = true)
  {
    while (true) {
      TRY_ASSIGN(FileMatch::Step step, match.step());
      TRY(writer.finish());
      for (Bytes& request : step.requests) {
        requests.push_back(std::move(request));
      }
      if (!step.goes_on && (!replies || requests.empty())) {
        return step;
      }
      if (!step.goes_on) {
        TRY(reply());
      }
    }
  }

  Result<>
  reply()
  {
    TRY_ASSIGN(const SumRequests wanted, decode_sum_requests(requests.front(), basis.size()));
    requests.erase(requests.begin());
    TRY_ASSIGN(const Bytes sums, sum_ranges(key, basis_file, wanted));
    return match.refine(sums);
  }

  ByteView basis;
  MemoryReadAt basis_file;
  MemoryRebuild rebuild;
  Patcher patcher;
  std::size_t ops_bytes = 0;
  OpWriter writer;
  FileMatch match;
  std::vector<Bytes> requests;
};

// All sums at once, or `pieces` of them with a run of steps behind each.
std::size_t
check_match(ByteView basis, ByteView fresh, unsigned threads = 2, std::size_t pieces = 1, bool holds_back = false)
{
  MemoryReadAt file(fresh);
  Exchange exchange(basis, file, {fresh.size(), 16384, threads, holds_back});
  const Bytes wire = encoded_signature(key, basis, by_levels);
  for (std::size_t i = 0; i < pieces; ++i) {
    const std::size_t from = wire.size() * i / pieces;
    const std::size_t to = wire.size() * (i + 1) / pieces;
    REQUIRE(exchange.match.add_sums(ByteView(wire).subspan(from, to - from)));
    const auto step = exchange.run();
    REQUIRE(step);
    REQUIRE(step->is_done == (i + 1 == pieces));
  }
  const MatchResult result = exchange.match.result();
  CHECK(exchange.patcher.finish(result.hash, result.bytes));
  CHECK(result.literal_bytes + result.matched_bytes == fresh.size());
  CHECK(std::ranges::equal(exchange.rebuild.content, fresh));
  return result.literal_bytes;
}

// In place, away from the front.
void
rewrite_pages(Bytes& bytes, std::size_t count, std::uint64_t seed)
{
  Random random(seed);
  for (std::size_t i = 0; i < count; ++i) {
    const Bytes page = random_bytes(random, 4096);
    std::ranges::copy(page, bytes.begin() + static_cast<std::ptrdiff_t>(below(random, bytes.size() / 4096) * 4096));
  }
}

// Some data, and a hole from there to the end.
class WithHole : public MemoryReadAt
{
public:
  WithHole(ByteView data, std::uint64_t size) : MemoryReadAt(data), m_data_end(data.size()), m_size(size) {}

  DataRange
  data_from(std::uint64_t offset) override
  {
    return offset < m_data_end ? DataRange{offset, m_data_end} : DataRange{DataRange::no_end, DataRange::no_end};
  }

  Result<std::size_t>
  read_at(std::uint64_t offset, ByteSpan into) override
  {
    const auto there = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), m_size - std::min(offset, m_size)));
    m_read += there;
    std::ranges::fill(into.first(there), std::byte{0});
    if (offset < m_data_end) {
      TRY(MemoryReadAt::read_at(offset, into.first(there)));
    }
    return there;
  }

  std::uint64_t bytes_read() const { return m_read; }

private:
  std::uint64_t m_data_end;
  std::uint64_t m_size;
  std::atomic<std::uint64_t> m_read = 0;
};

} // namespace

TEST_CASE("of a hole that spans many parts nothing is read")
{
  const Bytes basis(200 * mib);
  const Bytes data = some_bytes(100'000, 14);
  WithHole file(data, basis.size());
  Exchange exchange(basis, file, {basis.size(), 16384, 2, false});
  REQUIRE(exchange.match.add_sums(encoded_signature(key, basis, by_levels)));
  const auto step = exchange.run();
  REQUIRE(step);
  CHECK(step->is_done);
  CHECK(exchange.match.result().literal_bytes <= 128 << 10);
  CHECK(file.bytes_read() < mib);
}

TEST_CASE("pages written anew in a large file cost their bytes, by any threads and however the sums come")
{
  const Bytes basis = some_bytes(100 * mib + 77);
  Bytes fresh = basis;
  rewrite_pages(fresh, 40, 2);
  for (const unsigned threads : {1U, 2U, 4U}) {
    CHECK(check_match(basis, fresh, threads) <= 40 * 4096);
  }
  CHECK(check_match(basis, fresh, 2, 7) <= 40 * 4096);
  CHECK(check_match(basis, fresh, 2, 3, true) <= 40 * 4096);
}

TEST_CASE("what is moved across the ends of parts and shares is found")
{
  const Bytes basis = some_bytes(100 * mib + 77, 3);
  Bytes fresh = basis;
  fresh.insert(fresh.begin(), 100, std::byte{1});
  CHECK(check_match(basis, fresh) <= 200);
  CHECK(check_match(basis, fresh, 4) <= 200);
  CHECK(check_match(basis, fresh, 1, 5) <= 200);
  Bytes swapped(basis.begin() + 50 * mib + 1, basis.end());
  swapped.insert(swapped.end(), basis.begin(), basis.begin() + 50 * mib + 1);
  CHECK(check_match(basis, swapped) <= 4096);
  CHECK(check_match(basis, swapped, 2, 4) <= 4096);
}

TEST_CASE("unrelated content goes out while the rest is searched")
{
  const Bytes basis = some_bytes(20 * mib, 4);
  const Bytes fresh = some_bytes(100 * mib, 5);
  MemoryReadAt file(fresh);
  Exchange exchange(basis, file, {fresh.size(), 0, 2, false});
  REQUIRE(exchange.match.add_sums(encoded_signature(key, basis, by_levels)));
  const auto step = exchange.match.step();
  REQUIRE(step);
  CHECK(step->goes_on);
  CHECK(exchange.ops_bytes > 16 * mib);
  REQUIRE(exchange.run());
  CHECK(exchange.match.result().literal_bytes == fresh.size());
  CHECK(std::ranges::equal(exchange.rebuild.content, fresh));
}

TEST_CASE("a search begins with the first sums, and ops that need no finer ones go out")
{
  const Bytes basis = some_bytes(100 * mib, 6);
  Bytes fresh = basis;
  fresh[90 * mib] ^= std::byte{1};
  MemoryReadAt file(fresh);
  Exchange exchange(basis, file, {fresh.size(), 16384, 2, false});
  const Bytes wire = encoded_signature(key, basis, by_levels);
  REQUIRE(exchange.match.add_sums(ByteView(wire).first(wire.size() / 2)));
  const auto half = exchange.run(false);
  REQUIRE(half);
  CHECK(!half->is_done);
  CHECK(exchange.rebuild.content.size() >= 32 * mib);
  REQUIRE(exchange.match.add_sums(ByteView(wire).subspan(wire.size() / 2)));
  const auto whole = exchange.run();
  REQUIRE(whole);
  CHECK(whole->is_done);
  CHECK(std::ranges::equal(exchange.rebuild.content, fresh));
}

TEST_CASE("held back, nothing goes out before the last sums have come")
{
  const Bytes basis = some_bytes(100 * mib, 7);
  Bytes fresh = basis;
  rewrite_pages(fresh, 10, 8);
  MemoryReadAt file(fresh);
  Exchange exchange(basis, file, {fresh.size(), 16384, 2, true});
  REQUIRE(exchange.match.add_sums(encoded_signature(key, basis, by_levels)));
  while (true) {
    const auto step = exchange.run(false);
    REQUIRE(step);
    if (step->is_done) {
      break;
    }
    CHECK(exchange.ops_bytes == 0);
    REQUIRE(exchange.match.is_asking());
    REQUIRE(exchange.reply());
  }
  CHECK(std::ranges::equal(exchange.rebuild.content, fresh));
}

TEST_CASE("a file that is shorter or longer than listed says so, wherever its end lies")
{
  const Bytes basis = some_bytes(100 * mib, 9);
  const Bytes wire = encoded_signature(key, basis, by_levels);
  for (const std::size_t size : {std::size_t{0}, mib, 40 * mib, 64 * mib, 99 * mib, 100 * mib - 1}) {
    MemoryReadAt file(ByteView(basis).first(size));
    Exchange exchange(basis, file, {basis.size(), 16384, 2, false});
    REQUIRE(exchange.match.add_sums(wire));
    const auto step = exchange.run();
    if (step) { // else: what was searched could not be read again
      REQUIRE(step->is_done);
      CHECK(exchange.match.result().bytes == size);
    }
  }
  MemoryReadAt file(basis);
  Exchange exchange(basis, file, {basis.size() - 5, 16384, 2, false});
  REQUIRE(exchange.match.add_sums(wire));
  REQUIRE(exchange.run());
  CHECK(exchange.match.result().bytes == basis.size() - 4);
}

TEST_CASE("replies that were not asked for, and sums behind the end, are refused")
{
  const Bytes basis = some_bytes(3 * mib);
  MemoryReadAt file(basis);
  Exchange exchange(basis, file, {basis.size(), 16384, 2, false});
  CHECK(!exchange.match.refine({}));
  REQUIRE(exchange.match.add_sums(encoded_signature(key, basis, by_levels)));
  CHECK(!exchange.match.add_sums(as_bytes("more")));
}

TEST_CASE("sums of another form than the file's are refused")
{
  const Bytes old_file = some_bytes(5000);
  for (const Form form : {Form::plain, Form::split}) {
    for (const Form of_sums : {Form::plain, Form::split}) {
      MemoryReadAt file(old_file);
      Exchange exchange(old_file, file, {.file_bytes = old_file.size(), .form = form});
      const Bytes sums = encoded_signature(key, old_file, {.form = of_sums});
      CHECK(form_of(sums) == of_sums);
      CHECK(form_of(ByteView(sums).first(1)) == Form::plain);
      CHECK(static_cast<bool>(exchange.match.add_sums(sums)) == (form == of_sums));
    }
  }
}

TEST_CASE("a reply of a wrong length ends asking, and the file goes as it is")
{
  const Bytes basis = some_bytes(3 * mib, 10);
  Bytes fresh = basis;
  rewrite_pages(fresh, 4, 11);
  MemoryReadAt file(fresh);
  Exchange exchange(basis, file, {fresh.size(), 1, 1, false});
  REQUIRE(exchange.match.add_sums(encoded_signature(key, basis, by_levels)));
  const auto step = exchange.run(false);
  REQUIRE(step);
  REQUIRE(exchange.match.is_asking());
  REQUIRE(exchange.match.refine({}));
  REQUIRE(exchange.run(false));
  CHECK(!exchange.match.is_asking());
  CHECK(std::ranges::equal(exchange.rebuild.content, fresh));
}

TEST_CASE("a last block of a few bytes that is found all over a part keeps its place, and memory is bounded")
{
  const Bytes basis = some_bytes(80 * mib + 80, 1);
  const ByteView tail = ByteView(basis).last(80);
  Bytes fresh(basis.begin(), basis.begin() + 10 * mib);
  while (fresh.size() < 95 * mib) {
    append(fresh, tail);
    fresh.push_back(std::byte{1});
  }
  CHECK(check_match(basis, fresh) < fresh.size());
  CHECK(check_match(basis, fresh, 2, 1, true) < fresh.size());
}

TEST_CASE("held back, a file of more pieces than are kept asks for nothing once some of it is out")
{
  const Bytes basis = some_bytes(900 << 10, 12);
  const std::uint32_t block = shape_for(basis.size(), by_levels).block_bytes;
  Random random(13);
  Bytes fresh;
  while (fresh.size() < (std::size_t{600'000} * (block + 1))) {
    append(fresh, ByteView(basis).subspan(below(random, basis.size() / block) * block, block));
    fresh.push_back(static_cast<std::byte>(below(random, 256)));
  }
  MemoryReadAt file(fresh);
  Exchange exchange(basis, file, {fresh.size(), 1, 1, true});
  REQUIRE(exchange.match.add_sums(encoded_signature(key, basis, by_levels)));
  const auto step = exchange.match.step();
  REQUIRE(step);
  CHECK(exchange.ops_bytes > 0);
  CHECK(step->requests.empty());
  CHECK(step->is_done);
}
