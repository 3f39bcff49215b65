#define XXH_STATIC_LINKING_ONLY
#include "godwit/base/hash.hpp"

#include <cerrno>
#include <new>

#include <sys/random.h>
#include <xxhash.h>
#ifdef __x86_64__
#include <xxh_x86dispatch.h> // replaces the functions by ones that pick SSE2, AVX2 or AVX-512 at run time
#endif

#include "godwit/base/assert.hpp"

namespace godwit {

namespace {

Hash128
from_xxh(XXH128_hash_t hash)
{
  return {hash.low64, hash.high64};
}

} // namespace

HashKey::HashKey(const Seed& seed) : m_seed(seed)
{
  XXH3_generateSecret(m_secret.data(), m_secret.size(), m_seed.data(), m_seed.size());
}

HashKey
HashKey::random()
{
  Seed seed;
  fill_random(seed);
  return HashKey(seed);
}

HashKey
HashKey::derived(std::uint64_t use) const
{
  Seed seed = m_seed;
  const std::uint64_t mixed = load_le<std::uint64_t>(seed.data()) ^ (use * 0x9E3779B97F4A7C15U);
  store_le(seed.data(), mixed);
  const Hash128 hash = hash128(seed);
  store_le(seed.data(), hash.low);
  store_le(seed.data() + 8, hash.high);
  return HashKey(seed);
}

Hash128
HashKey::hash128(ByteView bytes) const
{
  return from_xxh(XXH3_128bits_withSecret(bytes.data(), bytes.size(), m_secret.data(), m_secret.size()));
}

std::uint64_t
HashKey::hash64(ByteView bytes) const
{
  return XXH3_64bits_withSecret(bytes.data(), bytes.size(), m_secret.data(), m_secret.size());
}

struct StreamHash::State {
  XXH3_state_t xxh;
};

StreamHash::StreamHash(const HashKey& key) : m_state(std::make_unique<State>())
{
  XXH3_INITSTATE(&m_state->xxh);
  const auto status =
      XXH3_128bits_reset_withSecret(&m_state->xxh, key.secret(), HashKey::secret_bytes);
  ASSERT(status == XXH_OK);
}

StreamHash::~StreamHash() = default;
StreamHash::StreamHash(StreamHash&&) noexcept = default;
StreamHash& StreamHash::operator=(StreamHash&&) noexcept = default;

void
StreamHash::update(ByteView bytes)
{
  const auto status = XXH3_128bits_update(&m_state->xxh, bytes.data(), bytes.size());
  ASSERT(status == XXH_OK);
}

Hash128
StreamHash::digest() const
{
  return from_xxh(XXH3_128bits_digest(&m_state->xxh));
}

void
fill_random(ByteSpan bytes)
{
  while (!bytes.empty()) {
    const ssize_t got = ::getrandom(bytes.data(), bytes.size(), 0);
    if (got < 0) {
      ASSERT(errno == EINTR);
      continue;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

} // namespace godwit
