#pragma once

#include <cstdint>

#include "godwit/base/bytes.hpp"
#include "godwit/base/hash.hpp"

namespace godwit {

// The hash of a stretch of a file, front to back, in which holes cost nothing.
//
// Blocks of 4 KiB that hold zeros alone are hashed as runs {offset, length}, all
// others as bytes:
//
//   digest = H(H(bytes of the other blocks) H(runs but the last) last run, total length)
//
// with H = XXH3-128 under the key, numbers as 8 bytes little-endian; the last run is
// one that the content ends with, else zeros. So it is
// the same whether zeros were read from disk or known to be a hole. Keeps a
// reference to the key.
class StretchHash
{
public:
  // What is hashed begins at this offset of its file.
  StretchHash(const HashKey& key, std::uint64_t offset);

  void update(ByteView bytes);
  // As update() with so many zeros.
  void zeros(std::uint64_t length);
  Hash128 digest() const;

private:
  void take_block(ByteView part);
  void end_run();
  void spill_zeros();

  const HashKey* m_key;
  StreamHash m_bytes;
  StreamHash m_runs;
  std::uint64_t m_from;
  std::uint64_t m_at;
  std::uint64_t m_run_at = 0;       // of whole blocks of zeros that end at the current block
  std::uint64_t m_run_bytes = 0;
  std::uint64_t m_held_zeros = 0;   // at the front of the current block
  bool m_block_has_bytes = false;
};

// The 128-bit hash of a file's content: of one stretch the stretch's, else
//
//   digest = H(digests of the stretches in order)
//
// where stretches end at multiples of stretch_bytes, so that several threads can
// hash one file. Keeps a reference to the key, and 16 bytes for each stretch.
class ContentHash
{
public:
  static constexpr std::uint64_t stretch_bytes = std::uint64_t{16} << 20U;

  // What is hashed begins at this offset of its file.
  explicit ContentHash(const HashKey& key, std::uint64_t offset = 0);

  void update(ByteView bytes);
  // As update() with so many zeros.
  void zeros(std::uint64_t length);
  // Goes on with what `next` hashed, which began where this ends, at a multiple of stretch_bytes.
  void join(ContentHash&& next);
  Hash128 digest() const;

private:
  std::uint64_t take(std::uint64_t most);

  const HashKey* m_key;
  std::uint64_t m_at;
  std::uint64_t m_begun_at; // where the current stretch began
  Bytes m_done; // digests of whole stretches
  StretchHash m_stretch;
};

} // namespace godwit
