#include "godwit/base/hash.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace godwit;

TEST_CASE("a stream's hash does not depend on how it was cut")
{
  const HashKey key = HashKey::random();
  std::string text(5000, 'x');
  text[777] = 'y';
  for (const std::size_t cut : {0U, 1U, 240U, 241U, 1024U, 4999U}) {
    StreamHash hash(key);
    hash.update(as_bytes(std::string_view(text).substr(0, cut)));
    hash.update(as_bytes(std::string_view(text).substr(cut)));
    CHECK(hash.digest() == key.hash128(as_bytes(text)));
  }
}

TEST_CASE("keys of other seeds or other uses give other hashes")
{
  const HashKey key{HashKey::Seed{}};
  CHECK(key.hash128(as_bytes("a")) != key.derived(1).hash128(as_bytes("a")));
  CHECK(key.hash128(as_bytes("a")) != HashKey::random().hash128(as_bytes("a")));
  CHECK(key.hash128(as_bytes("a")) == HashKey(key.seed()).hash128(as_bytes("a")));
}
