#include "support/delta_pair.hpp"
#include "support/random_bytes.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <doctest/doctest.h>

#include "godwit/delta/in_place.hpp"
#include "godwit/delta/tail.hpp"

using namespace godwit;
using namespace godwit::testing;
using namespace godwit::delta;

namespace {

const HashKey key{HashKey::Seed{std::byte{7}}};

std::size_t
cases()
{
  const char* wanted = std::getenv("GODWIT_PROPERTY_CASES");
  return wanted == nullptr ? 3000 : std::strtoul(wanted, nullptr, 10);
}

// A file that is its own basis while it is rebuilt.
class OneFile : public ReadAt, public Rebuild
{
public:
  explicit OneFile(Bytes basis) : held(std::move(basis)) {}
  Result<std::size_t>
  read_at(std::uint64_t offset, ByteSpan into) override
  {
    return MemoryReadAt(held).read_at(offset, into);
  }
  Result<>
  literal(ByteView bytes) override
  {
    held.resize(std::max(held.size(), m_end + bytes.size()));
    std::memcpy(held.data() + m_end, bytes.data(), bytes.size());
    m_end += bytes.size();
    written += bytes.size();
    return {};
  }
  Result<>
  copy(std::uint64_t basis_at, ByteView content) override
  {
    if (basis_at != m_end) {
      return literal(content);
    }
    m_end += content.size();
    return {};
  }
  Result<>
  hole(std::uint64_t bytes) override
  {
    return literal(Bytes(bytes, std::byte{0}));
  }
  ByteView
  made() const
  {
    return ByteView(held).first(m_end);
  }

  Bytes held;
  std::size_t written = 0;

private:
  std::size_t m_end = 0;
};

// Knows where its blocks of zeros are.
class HoledReadAt : public MemoryReadAt
{
public:
  explicit HoledReadAt(ByteView bytes) : MemoryReadAt(bytes), m_bytes(bytes) {}
  DataRange
  data_from(std::uint64_t offset) override
  {
    const std::uint64_t at = skip(offset, true);
    return at >= m_bytes.size() ? DataRange{DataRange::no_end, DataRange::no_end} : DataRange{at, skip(at, false)};
  }

private:
  std::uint64_t
  skip(std::uint64_t at, bool zeros) const
  {
    while (at < m_bytes.size() && is_zero(at) == zeros) {
      at += block - at % block;
    }
    return std::min<std::uint64_t>(at, m_bytes.size());
  }
  bool
  is_zero(std::uint64_t at) const
  {
    const ByteView part = m_bytes.subspan(at, std::min<std::uint64_t>(block - at % block, m_bytes.size() - at));
    return std::ranges::all_of(part, [](std::byte byte) { return byte == std::byte{0}; });
  }

  static constexpr std::uint64_t block = 4096;
  ByteView m_bytes;
};

// Cuts, inserts, moves, repeats and clears parts of up to `most` bytes.
Bytes
edited(Random& random, Bytes bytes, std::size_t most)
{
  for (std::uint64_t edits = below(random, 6); edits > 0; --edits) {
    const auto at = static_cast<std::ptrdiff_t>(below(random, bytes.size() + 1));
    const std::size_t rest = bytes.size() - static_cast<std::size_t>(at);
    const auto end = at + static_cast<std::ptrdiff_t>(std::min<std::size_t>(rest, below(random, most)));
    const Bytes part(bytes.begin() + at, bytes.begin() + end);
    const std::uint64_t kind = below(random, 5);
    if (kind < 2) {
      bytes.erase(bytes.begin() + at, bytes.begin() + end);
    }
    const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(below(random, bytes.size() + 1));
    const std::size_t length = below(random, most);
    const Bytes added = kind == 3 ? random_bytes(random, length) : kind == 4 ? Bytes(length, std::byte{0}) : part;
    if (kind != 0) {
      bytes.insert(place, added.begin(), added.end());
    }
  }
  return bytes;
}

Result<MatchResult>
match(ByteView basis, ReadAt& fresh, std::uint64_t bytes, Levels levels, OpSink& out)
{
  TRY_ASSIGN(Signature signature, decode(encoded_signature(key, basis, {Strength::sized, levels})));
  Matcher matcher(key, std::move(signature));
  if (levels == Levels::one) {
    return matcher.match(fresh, bytes, out);
  }
  MemoryReadAt old(basis);
  RoundTrip trip;
  return match_by_levels(key, matcher, old, basis.size(), fresh, bytes, out, trip);
}

void
check_in_place(const Bytes& basis, const Bytes& fresh, Levels levels)
{
  OneFile file(basis);
  Patcher patcher(&file, basis.size(), file, key);
  patcher.set_in_place();
  HoledReadAt source(fresh);
  OpWriter writer([&](Bytes chunk) { return patcher.apply(chunk); });
  InPlaceFilter filter(source, writer);
  const auto matched = match(basis, source, fresh.size(), levels, filter);
  REQUIRE(matched);
  REQUIRE(writer.finish());
  REQUIRE(patcher.finish(matched->hash, matched->bytes));
  REQUIRE(std::ranges::equal(file.made(), fresh));
}

} // namespace

TEST_CASE("a file that is overwritten by what is made of it comes out whole")
{
  for (std::size_t seed = 0; seed < cases(); ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Bytes basis = random_bytes(random, below(random, 60000));
    const Bytes fresh = edited(random, basis, 9000);
    check_in_place(basis, fresh, seed % 2 == 0 ? Levels::one : Levels::several);
  }
}

TEST_CASE("large files with holes come out whole in place, by anchors")
{
  for (std::size_t seed = 0; seed < cases() / 100; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Bytes basis = random_bytes(random, 1500000 + below(random, 3000000));
    const auto hole_at = basis.begin() + static_cast<std::ptrdiff_t>(below(random, basis.size()));
    basis.insert(hole_at, 500000 + below(random, 500000), std::byte{0});
    const Bytes fresh = edited(random, basis, 700000);
    check_in_place(basis, fresh, seed % 4 == 0 ? Levels::one : Levels::several);
  }
}

TEST_CASE("a page changed in the middle leaves all others unwritten")
{
  Random random(1);
  const Bytes basis = random_bytes(random, 4000000);
  Bytes fresh = basis;
  fresh[2000000] ^= std::byte{1};
  OneFile file(basis);
  Patcher patcher(&file, basis.size(), file, key);
  patcher.set_in_place();
  MemoryReadAt source(fresh);
  OpWriter writer([&](Bytes chunk) { return patcher.apply(chunk); });
  InPlaceFilter filter(source, writer);
  REQUIRE(match(basis, source, fresh.size(), Levels::several, filter));
  REQUIRE(writer.finish());
  CHECK(std::ranges::equal(file.made(), fresh));
  CHECK(file.written <= 8192);
}

TEST_CASE("a copy from what was overwritten is refused")
{
  OneFile file(Bytes(10000, std::byte{0}));
  Patcher patcher(&file, 10000, file, key);
  patcher.set_in_place();
  Bytes chunk;
  OpWriter writer([&](Bytes full) {
    chunk = std::move(full);
    return Result<>();
  });
  REQUIRE(writer.literal(as_bytes("abc")));
  REQUIRE(writer.copy(2, 100));
  REQUIRE(writer.finish());
  const auto applied = patcher.apply(chunk);
  REQUIRE(!applied);
  CHECK(applied.error().kind == ErrorKind::protocol);
}

TEST_CASE("the end of a file goes without what is kept, hashed or not")
{
  for (std::size_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Bytes fresh = random_bytes(random, 1 + below(random, 300000));
    if (seed % 3 == 0) {
      fresh.insert(fresh.begin() + static_cast<std::ptrdiff_t>(below(random, fresh.size())), 200000, std::byte{0});
    }
    const std::uint64_t kept = below(random, fresh.size());
    const bool checks = seed % 2 == 0;
    OneFile file(Bytes(fresh.begin(), fresh.begin() + static_cast<std::ptrdiff_t>(kept)));
    Patcher patcher(&file, kept, file, key);
    HoledReadAt source(fresh);
    OpWriter writer([&](Bytes chunk) { return patcher.apply(chunk); });
    if (checks && kept == 0) {
      continue;
    }
    if (checks) {
      REQUIRE(writer.copy(0, kept));
    } else {
      patcher.start_at(kept);
      REQUIRE(file.copy(0, ByteView(fresh).first(kept)));
    }
    const auto sent = emit_tail(source, key, {checks ? 0 : kept, kept, fresh.size()}, writer);
    REQUIRE(sent);
    REQUIRE(writer.finish());
    REQUIRE(patcher.finish(sent->hash, sent->bytes));
    REQUIRE(std::ranges::equal(file.made(), fresh));
    CHECK(sent->literal_bytes + sent->matched_bytes == fresh.size() - kept);
  }
}
