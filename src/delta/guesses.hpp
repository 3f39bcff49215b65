#pragma once

#include <cstdint>
#include <vector>

#include "delta/gap.hpp"
#include "godwit/base/hash.hpp"
#include "godwit/base/io.hpp"
#include "godwit/delta/sum_request.hpp"

namespace godwit::delta {

// A round of guesses in the gaps that no search will cut further, and the proof
// of what they found (see SumKind).
//
// Blocks of the basis between two copies are looked for where they lie if
// nothing before them was inserted in the gap, or nothing behind them: up to one
// block, the split, as far from the copy before as in the basis, then from the one behind.
class Guesses
{
public:
  // Chooses gaps of `segments`; the others may be searched meanwhile.
  Guesses(const std::vector<Segment>& segments, const GapContext& context);

  // As Refiner's; before compare() of the guesses, then of their proof.
  std::uint64_t likely_saving() const;
  const SumRequest& request() const;
  bool is_compared() const;
  bool is_proven() const;

  // Takes the reply to the guesses, of request().reply_bytes(); request() is then the proof's.
  Result<> compare(const HashKey& key, ReadAt& source, ByteView sums);
  // Takes the reply to the proof: blocks that it does not bear out are dropped.
  Result<> prove(const HashKey& key, ReadAt& source, ByteView sums);
  // The segments, which begin at `fresh_at`, with the gaps asked about closed, so that nothing else is
  // asked of them; once it is proven, with what was found as copies.
  std::vector<Segment> settle(const std::vector<Segment>& segments, std::uint64_t fresh_at) const;

private:
  struct Task {
    Range fresh;
    Range basis; // from copy to copy: its end need not be a block's
    std::uint64_t split = 0;
    Bytes chosen;

    std::uint64_t blocks() const;
    std::uint64_t from_left(std::uint64_t block) const;
    std::uint64_t from_right(std::uint64_t block) const;
    std::uint64_t place_of(std::uint64_t block) const;
    bool fits(std::uint64_t place) const;
    void choose(const std::vector<bool>& left, const std::vector<bool>& right);
    void take_split(const std::vector<bool>& left, const std::vector<bool>& right);
    void drop_groups(ByteView found, ByteView wanted, std::uint64_t bytes);
    void append_to(std::vector<Segment>& segments, Segment gap) const;
  };
  void ask_for_proof();

  std::vector<Task> m_tasks;
  SumRequest m_guess;
  SumRequest m_proof;
  std::uint64_t m_likely_saving = 0;
  bool m_is_compared = false;
  bool m_is_proven = false;
};

} // namespace godwit::delta
