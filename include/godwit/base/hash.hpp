#pragma once
// XXH3 hashes, salted for each run (xxHash specification, XXH3). They catch
// accidents and files built without knowledge of the run's salt.

#include <array>
#include <compare>
#include <cstdint>
#include <memory>

#include "godwit/base/bytes.hpp"

namespace godwit {

struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  auto operator<=>(const Hash128&) const = default;
};

// The salt of a run: 32 bytes on the wire, stretched to the 192-byte secret
// that XXH3 mixes in. Immutable; shared freely between threads.
class HashKey
{
public:
  static constexpr std::size_t seed_bytes = 32;
  using Seed = std::array<std::byte, seed_bytes>;

  explicit HashKey(const Seed& seed);
  static HashKey random();

  const Seed& seed() const { return m_seed; }
  Hash128 hash128(ByteView bytes) const;
  std::uint64_t hash64(ByteView bytes) const;
  // A key for another use, so that one hash can vouch for another.
  HashKey derived(std::uint64_t use) const;
  const std::byte* secret() const { return m_secret.data(); }

  static constexpr std::size_t secret_bytes = 192;

private:
  Seed m_seed;
  std::array<std::byte, secret_bytes> m_secret;
};

// The 128-bit hash of a stream of bytes. Keeps a reference to the key.
class StreamHash
{
public:
  explicit StreamHash(const HashKey& key);
  ~StreamHash();
  StreamHash(StreamHash&&) noexcept;
  StreamHash& operator=(StreamHash&&) noexcept;

  void update(ByteView bytes);
  Hash128 digest() const;

private:
  struct State;
  std::unique_ptr<State> m_state;
};

// Fills from the kernel's generator; cannot fail on a running system.
void fill_random(ByteSpan bytes);

} // namespace godwit
