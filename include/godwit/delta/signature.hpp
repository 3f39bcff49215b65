#pragma once
// The sums of a basis, by which a matcher elsewhere recognises its blocks.
//
// A basis of N bytes is cut into n blocks of B bytes, B a power of two; the
// last block may be short. Each block has a key, by which it is looked up at
// any offset, and a strong hash, XXH3-128 under the run's salt cut to as many
// bits s as the size needs:
//
//   s >= log2(n) + 16               compares with the expected block
//     >= log2(L * n) + 16 - key     compares after a key was found in L lookups
//
// so that the chance of any false match in a file is at most 2^-16 for each
// kind. That only costs a second try: the hash of the whole file decides, and
// the retry uses Strength::full, 64 bits under another salt.
//
// Small files: the key is a rolling checksum, and all N offsets are looked up.
// Others: each block has an anchor, a content-defined position inside it; the
// key is the hash of the bytes there, and L = N / 2^R positions are looked up.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "godwit/base/bytes.hpp"
#include "godwit/base/hash.hpp"
#include "godwit/base/result.hpp"

namespace godwit::delta {

constexpr std::uint64_t max_basis_bytes = std::uint64_t{1} << 44; // 16 TiB

enum class Strength : std::uint8_t { sized, full };
// Whether finer sums of what did not match will follow: then blocks are larger.
enum class Levels : std::uint8_t { one, several };
// What the bytes are: those of a file, or of its split form (split.hpp).
enum class Form : std::uint8_t { plain, split };

struct SumOptions {
  Strength strength = Strength::sized;
  Levels levels = Levels::one;
  Form form = Form::plain;
  bool operator==(const SumOptions&) const = default;
};

enum class KeyKind : std::uint8_t { rolling, anchor };

// How a basis of some size is cut. Both sides compute it; it is never believed.
struct Shape {
  SumOptions options;
  KeyKind kind = KeyKind::rolling;
  std::uint32_t block_bytes = 0;
  unsigned key_bits = 0;
  unsigned strong_bits = 0;
  unsigned offset_bits = 0; // of an anchor within its block
  unsigned rarity_bits = 0; // R: one position in 2^R may be an anchor
  bool operator==(const Shape&) const = default;
};

// Block size and sums for a basis of `basis_bytes`, at most max_basis_bytes.
Shape shape_for(std::uint64_t basis_bytes, SumOptions options);

struct Block {
  std::uint64_t strong = 0;
  std::uint32_t key = 0;    // of an anchor: 0 where the block has none
  std::uint32_t offset = 0; // of the anchor
};

// An empty one (no basis, or one of no bytes) makes everything a literal.
struct Signature {
  std::uint64_t basis_bytes = 0;
  Shape shape = shape_for(0, {});
  std::vector<Block> blocks;

  bool
  empty() const
  {
    return blocks.empty();
  }
  std::uint64_t
  start_of(std::size_t index) const
  {
    return index * std::uint64_t{shape.block_bytes};
  }
  // The length of a block: the last one may be short.
  std::uint32_t length_of(std::size_t index) const;
};

// Computes a signature from the bytes of the basis, fed front to back in pieces
// of any size. Larger pieces are faster. Holds at most one block.
class SignatureBuilder
{
public:
  // `basis_bytes` is what the basis is believed to hold; it fixes the shape. Larger than
  // max_basis_bytes means: no signature.
  SignatureBuilder(const HashKey& key, std::uint64_t basis_bytes, SumOptions options = {});
  ~SignatureBuilder();
  SignatureBuilder(SignatureBuilder&&) noexcept;

  // Where all blocks that were begun are whole: the bytes that come next begin with this block. Several
  // builders may each take parts of the basis, on threads of their own.
  void go_to(std::uint64_t block);
  // Bytes beyond `basis_bytes` are ignored.
  void update(ByteView bytes);
  // As update() with so many zeros; whole blocks of them cost nothing.
  void zeros(std::uint64_t bytes);
  // The blocks made since it was last called.
  std::vector<Block> take();
  // For one that got all bytes from the front. Blocks for which none came have sums that match nothing in practice.
  Signature finish();

private:
  struct State;
  std::unique_ptr<State> m_state;
};

// The wire form: varint basis size, options, then the blocks' packed sums.
void encode(const Signature& signature, Bytes& out);
// In parts: the head of a signature without blocks, and then its blocks.
void encode_blocks(const Shape& shape, std::span<const Block> blocks, Bytes& out);

// Takes an encoded signature in parts of any size. The peer is not trusted: sizes follow from
// shape_for(), and memory is taken only for blocks that are really there.
class SignatureReader
{
public:
  Result<> add(ByteView part);
  bool has_head() const { return m_has_head; }
  bool is_complete() const;
  // As far as it has come.
  const Signature& signature() const { return m_signature; }
  Signature take() { return std::move(m_signature); }

private:
  Result<> read_head();

  Signature m_signature;
  bool m_has_head = false;
  std::uint64_t m_count = 0; // of blocks, when it is complete
  Bytes m_rest;              // not yet enough for a block
};

// Of what the signature is whose wire form begins with `part`; plain where that is too short to tell, or malformed.
Form form_of(ByteView part);

// Takes a whole encoded signature.
Result<Signature> decode(ByteView wire);

} // namespace godwit::delta
