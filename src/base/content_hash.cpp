#include "godwit/base/content_hash.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <utility>

#include "godwit/base/assert.hpp"

namespace godwit {

namespace {

constexpr std::uint64_t block_bytes = 4096;
constexpr std::array<std::byte, block_bytes> zero_block{};

bool
is_zero(ByteView bytes)
{
  return std::memcmp(bytes.data(), zero_block.data(), bytes.size()) == 0;
}

template <std::size_t count>
std::array<std::byte, count * 8>
packed(const std::array<std::uint64_t, count>& numbers)
{
  std::array<std::byte, count * 8> bytes;
  for (std::size_t i = 0; i < count; ++i) {
    store_le(bytes.data() + i * 8, numbers[i]);
  }
  return bytes;
}

std::array<std::byte, 16>
packed(const Hash128& digest)
{
  return packed<2>({digest.low, digest.high});
}

} // namespace

StretchHash::StretchHash(const HashKey& key, std::uint64_t offset)
    : m_key(&key), m_bytes(key), m_runs(key), m_from(offset), m_at(offset)
{
}

// The zeros that a block began with, now that it turned out to hold something else.
void
StretchHash::spill_zeros()
{
  end_run();
  m_bytes.update(ByteView(zero_block).first(m_held_zeros));
  m_held_zeros = 0;
  m_block_has_bytes = true;
}

void
StretchHash::end_run()
{
  if (m_run_bytes != 0) {
    m_runs.update(packed<2>({m_run_at, m_run_bytes}));
    m_run_bytes = 0;
  }
}

// A part of one block.
void
StretchHash::take_block(ByteView part)
{
  if (!m_block_has_bytes && is_zero(part)) {
    m_held_zeros += part.size();
  } else {
    if (!m_block_has_bytes) {
      spill_zeros();
    }
    m_bytes.update(part);
  }
  m_at += part.size();
  if (m_at % block_bytes != 0) {
    return;
  }
  if (!m_block_has_bytes) {
    m_run_at = m_run_bytes == 0 ? m_at - m_held_zeros : m_run_at;
    m_run_bytes += m_held_zeros;
  }
  m_held_zeros = 0;
  m_block_has_bytes = false;
}

void
StretchHash::update(ByteView bytes)
{
  while (!bytes.empty()) {
    const std::uint64_t in_block = m_at % block_bytes;
    if (in_block != 0 || bytes.size() < block_bytes || is_zero(bytes.first(block_bytes))) {
      const ByteView part = bytes.first(std::min<std::uint64_t>(block_bytes - in_block, bytes.size()));
      take_block(part);
      bytes = bytes.subspan(part.size());
      continue;
    }
    // Runs of blocks that hold something are hashed at once.
    std::size_t solid = block_bytes;
    while (bytes.size() - solid >= block_bytes && !is_zero(bytes.subspan(solid, block_bytes))) {
      solid += block_bytes;
    }
    end_run();
    m_bytes.update(bytes.first(solid));
    m_at += solid;
    bytes = bytes.subspan(solid);
  }
}

void
StretchHash::zeros(std::uint64_t length)
{
  while (length != 0 && (m_at % block_bytes != 0 || length < block_bytes)) {
    const std::uint64_t part = std::min(block_bytes - m_at % block_bytes, length);
    take_block(ByteView(zero_block).first(part));
    length -= part;
  }
  const std::uint64_t whole = length - length % block_bytes;
  if (whole != 0) {
    m_run_at = m_run_bytes == 0 ? m_at : m_run_at;
    m_run_bytes += whole;
    m_at += whole;
    zeros(length - whole);
  }
}

Hash128
StretchHash::digest() const
{
  // A run under way and a last block of zeros that is cut short count as any other run.
  std::uint64_t run_at = m_run_at;
  std::uint64_t run_bytes = m_run_bytes;
  if (m_held_zeros != 0) {
    run_at = run_bytes == 0 ? m_at - m_held_zeros : run_at;
    run_bytes += m_held_zeros;
  }
  const Hash128 bytes = m_bytes.digest();
  const Hash128 runs = m_runs.digest();
  run_at = run_bytes == 0 ? 0 : run_at;
  return m_key->hash128(
      packed<7>({bytes.low, bytes.high, runs.low, runs.high, run_at, run_bytes, m_at - m_from}));
}

ContentHash::ContentHash(const HashKey& key, std::uint64_t offset) : m_key(&key), m_at(offset), m_begun_at(offset), m_stretch(key, offset)
{
}

// How much of so many bytes the stretch that is next to be hashed into still takes.
std::uint64_t
ContentHash::take(std::uint64_t most)
{
  if (m_at % stretch_bytes == 0 && m_at != m_begun_at) {
    append(m_done, packed(m_stretch.digest()));
    m_stretch = StretchHash(*m_key, m_at);
    m_begun_at = m_at;
  }
  const std::uint64_t taken = std::min(most, stretch_bytes - m_at % stretch_bytes);
  m_at += taken;
  return taken;
}

void
ContentHash::update(ByteView bytes)
{
  while (!bytes.empty()) {
    const std::uint64_t taken = take(bytes.size());
    m_stretch.update(bytes.first(taken));
    bytes = bytes.subspan(taken);
  }
}

void
ContentHash::zeros(std::uint64_t length)
{
  while (length != 0) {
    const std::uint64_t taken = take(length);
    m_stretch.zeros(taken);
    length -= taken;
  }
}

void
ContentHash::join(ContentHash&& next)
{
  ASSERT(m_at % stretch_bytes == 0 && (next.m_done.empty() ? next.m_begun_at : m_at) == m_at);
  if (m_at != m_begun_at) {
    append(m_done, packed(m_stretch.digest()));
  }
  append(m_done, next.m_done);
  m_at = next.m_at;
  m_begun_at = next.m_begun_at;
  m_stretch = std::move(next.m_stretch);
}

Hash128
ContentHash::digest() const
{
  const Hash128 last = m_stretch.digest();
  if (m_done.empty()) {
    return last;
  }
  Bytes all = m_done;
  append(all, packed(last));
  return m_key->hash128(all);
}

} // namespace godwit
