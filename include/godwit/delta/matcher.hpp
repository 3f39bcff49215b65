#pragma once
// Finds the blocks of a basis in new bytes.

#include <cstdint>
#include <memory>

#include "godwit/base/hash.hpp"
#include "godwit/base/io.hpp"
#include "godwit/base/result.hpp"
#include "godwit/delta/ops.hpp"
#include "godwit/delta/signature.hpp"

namespace godwit::delta {

struct MatchResult {
  Hash128 hash;            // of all new bytes, under the run's key
  std::uint64_t bytes = 0; // really read: more or less than claimed when the file changed
  std::uint64_t literal_bytes = 0;
  std::uint64_t matched_bytes = 0;
};

// Searches new bytes against one signature. Reads front to back in large
// pieces, each byte once, and hashes the whole in the same pass. Holds the
// signature, an index of at most 8 bytes a block, and a window of 2 MiB and eight blocks.
// Used by one thread at a time.
class Matcher
{
public:
  // `key` outlives the Matcher and is the one the signature was made with.
  Matcher(const HashKey& key, Signature signature);
  ~Matcher();
  Matcher(Matcher&&) noexcept;

  // Emits the ops that make `source` of the basis, literals as soon as they are
  // certain; long holes of it are not read. Reads at most `claimed_bytes` and one more, to notice growth. Ends at
  // the first error of `source` or `sink`. Does not finish() an OpWriter.
  Result<MatchResult> match(ReadAt& source, std::uint64_t claimed_bytes, OpSink& sink);

private:
  struct State;
  std::unique_ptr<State> m_state;
};

} // namespace godwit::delta
