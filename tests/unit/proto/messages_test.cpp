#include "godwit/proto/messages.hpp"

#include <random>

#include <doctest/doctest.h>

using namespace godwit;
using namespace godwit::proto;

namespace {

template <class T>
Result<T>
round_trip(const T& message)
{
  Bytes wire;
  encode(message, wire);
  Decoder head(wire);
  const std::uint64_t tag = head.get_varint();
  const std::uint64_t length = head.get_varint();
  REQUIRE(head.bytes_left() == length);
  TRY_ASSIGN(Message decoded, decode(tag, ByteView(wire).subspan(wire.size() - head.bytes_left())));
  return std::get<T>(std::move(decoded));
}

model::Entry
entry(std::string path, model::Type type)
{
  model::Entry made;
  made.path = *model::RelPath::parse(std::move(path));
  made.type = type;
  made.mode = 0644;
  made.mtime = {-5, 999'999'999};
  return made;
}

} // namespace

TEST_CASE("a listing's entries arrive whole, of every type")
{
  Listed listed;
  listed.entries.push_back(entry("a/one", model::Type::regular));
  listed.entries.back().size = 1ULL << 50U;
  listed.entries.back().set_digest({1, 2});
  listed.entries.push_back(entry("a/one-link", model::Type::symlink));
  listed.entries.back().set_target("../x y\n");
  listed.entries.push_back(entry("a/z", model::Type::block_device));
  listed.entries.back().set_device(0x801);
  listed.entries.push_back(entry("b", model::Type::folder));
  const auto back = round_trip(listed);
  REQUIRE(back);
  REQUIRE(back->entries.size() == 4);
  CHECK(back->entries[0].size == 1ULL << 50U);
  CHECK(back->entries[0].digest() == Hash128{1, 2});
  CHECK(back->entries[0].mtime == model::Time{-5, 999'999'999});
  CHECK(back->entries[1].path.str() == "a/one-link");
  CHECK(back->entries[1].target() == "../x y\n");
  CHECK(back->entries[2].device() == 0x801);
  CHECK(back->entries[3].is_folder());
}

TEST_CASE("filter rules and scopes arrive whole")
{
  Scan scan;
  scan.rules.push_back({});
  scan.rules[0].for_dest = false;
  scan.rules[0].folders_only = true;
  scan.rules[0].pattern = "*.o";
  scan.rules[0].kind = model::FilterRule::Kind::include;
  scan.scope.push_back({*model::RelPath::parse("x"), true, true, {2, 0}});
  const auto back = round_trip(scan);
  REQUIRE(back);
  CHECK(back->rules == scan.rules);
  CHECK(back->scope[0].bases == scan.scope[0].bases);
}

TEST_CASE("names that could leave the root are refused on decoding")
{
  for (const std::string bad : {"../x", "/x", "a/../b", "a//b", "."}) {
    Bytes wire;
    Encoder encoder(wire);
    encoder.put_varint(7); // Remove::id
    encoder.put(bad);
    encoder.put(false);
    const auto decoded = decode(static_cast<std::uint64_t>(Tag::remove), wire);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().kind == ErrorKind::protocol);
  }
}

TEST_CASE("fields that the sender does not know keep their defaults, unknown ones are skipped")
{
  Bytes wire;
  Encoder encoder(wire);
  encoder.put_varint(3);
  const auto shorter = decode(static_cast<std::uint64_t>(Tag::hello), wire);
  REQUIRE(shorter);
  CHECK(std::get<Hello>(*shorter).version == 3);
  CHECK(std::get<Hello>(*shorter).least_version == protocol_version);

  Bytes longer;
  encode(Hello{}, longer);
  Bytes fields(longer.begin() + 2, longer.end());
  append(fields, as_bytes("tail"));
  CHECK(decode(static_cast<std::uint64_t>(Tag::hello), fields));
}

TEST_CASE("counts are checked against the message before memory is taken")
{
  Bytes wire;
  Encoder encoder(wire);
  encoder.put_varint(4000); // entries announced, none there
  CHECK_FALSE(decode(static_cast<std::uint64_t>(Tag::listed), wire));
  CHECK_FALSE(decode(99, wire));
}

TEST_CASE("random bytes never decode to anything that harms")
{
  std::mt19937 random(3);
  for (int round = 0; round < 50000; ++round) {
    Bytes wire(random() % 64);
    for (std::byte& byte : wire) {
      byte = static_cast<std::byte>(random() % 4 == 0 ? random() : random() % 8);
    }
    const auto decoded = decode(random() % 36, wire);
    CHECK((decoded || decoded.error().kind == ErrorKind::protocol));
  }
}
