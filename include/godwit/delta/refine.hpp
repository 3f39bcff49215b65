#pragma once

#include <cstdint>
#include <memory>

#include "godwit/base/hash.hpp"
#include "godwit/base/io.hpp"
#include "godwit/delta/ops.hpp"
#include "godwit/delta/sum_request.hpp"

namespace godwit::delta {

struct RefineResult {
  std::uint64_t literal_bytes = 0;
  std::uint64_t matched_bytes = 0;
};

// Finer levels: what the coarse blocks left unmatched is searched again with
// the sums of smaller blocks, of just those parts of the basis where it may lie.
//
//   Matcher(key, coarse signature).match(source, bytes, refiner)
//   while refiner.likely_saving() is worth a round trip:
//     refiner.request()                    -> the basis' side: decode_sum_request()
//     refiner.refine(reply)                <- and sum_ranges()
//   refiner.finish()                       the ops go to `out`
//
// Keeps the outcome of a match as copies and gaps, without the gaps' bytes,
// which it reads from the source again when they are searched and when they are
// emitted. (A source that changes meanwhile fails the check of the whole-file hash.)
// Holds at most 32 MiB of them: with more it emits what it has. Used by one
// thread at a time.
class Refiner : public OpSink
{
public:
  // All references outlive it. `basis_bytes` is that of the coarse signature, made with Levels::several.
  Refiner(const HashKey& key, ReadAt& source, std::uint64_t basis_bytes, OpSink& out);
  ~Refiner() override;
  Refiner(Refiner&&) noexcept;

  // Before anything is added: the new file up to `fresh_at` is made otherwise, its last copy ended there in the basis.
  void start_at(std::uint64_t fresh_at, std::uint64_t copied_to);

  // The coarse match, from Matcher::match.
  Result<> copy(std::uint64_t basis_at, std::uint64_t bytes) override;
  Result<> literal(ByteView bytes) override;
  Result<> hole(std::uint64_t bytes) override;
  // As literal(), which only counts its bytes.
  Result<> gap(std::uint64_t bytes);
  // How many copies and gaps are held, of 32 bytes each.
  std::size_t segments() const;
  // Some of them are out already.
  bool has_emitted() const;

  // Roughly the bytes that one more exchange saves, sums deducted; 0 means that there is nothing to ask.
  std::uint64_t likely_saving();
  // What to ask for next, in wire form; only while likely_saving() is not 0.
  Bytes request();
  // Searches the gaps of the last request(). Error{protocol} for a reply of a wrong length.
  Result<> refine(ByteView sums);
  // Emits everything to `out`; does not finish() an OpWriter. Error{changed} when the source got shorter.
  Result<RefineResult> finish();

private:
  struct State;
  std::unique_ptr<State> m_state;
};

} // namespace godwit::delta
