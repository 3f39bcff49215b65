#pragma once
// A basis and a new file in memory, taken through the whole delta engine.

#include <cstdint>
#include <optional>
#include <string>

#include "godwit/base/bytes.hpp"
#include "godwit/delta/matcher.hpp"
#include "godwit/delta/patcher.hpp"
#include "godwit/delta/refine.hpp"

namespace godwit::testing {

// A Rebuild into memory.
class MemoryRebuild : public Rebuild
{
public:
  Result<>
  literal(ByteView bytes) override
  {
    append(content, bytes);
    return {};
  }
  Result<>
  copy(std::uint64_t, ByteView bytes) override
  {
    append(content, bytes);
    return {};
  }
  Result<>
  hole(std::uint64_t bytes) override
  {
    content.resize(content.size() + bytes, std::byte{0});
    return {};
  }

  Bytes content;
};

struct RoundTrip {
  std::optional<Error> error;
  Bytes rebuilt;
  delta::MatchResult match;
  std::size_t sum_bytes = 0; // signatures and requests
  std::size_t ops_bytes = 0;
  std::size_t rounds = 0; // of refinement
};

inline Bytes
encoded_signature(const HashKey& key, ByteView basis, delta::SumOptions options = {})
{
  delta::SignatureBuilder builder(key, basis.size(), options);
  builder.update(basis);
  Bytes wire;
  encode(builder.finish(), wire);
  return wire;
}

// Matches by levels, with the exchanges between both sides played through.
inline Result<delta::MatchResult>
match_by_levels(const HashKey& key, delta::Matcher& matcher, ReadAt& basis, std::uint64_t basis_bytes,
                ReadAt& fresh, std::uint64_t fresh_bytes, delta::OpSink& out, RoundTrip& trip)
{
  delta::Refiner refiner(key, fresh, basis_bytes, out);
  TRY_ASSIGN(delta::MatchResult result, matcher.match(fresh, fresh_bytes, refiner));
  while (refiner.likely_saving() > 0) {
    const Bytes request = refiner.request();
    TRY_ASSIGN(const delta::SumRequests decoded, delta::decode_sum_requests(request, basis_bytes));
    TRY_ASSIGN(const Bytes sums, delta::sum_ranges(key, basis, decoded));
    TRY(refiner.refine(sums));
    trip.sum_bytes += request.size() + sums.size();
    ++trip.rounds;
  }
  TRY_ASSIGN(const delta::RefineResult refined, refiner.finish());
  result.literal_bytes = refined.literal_bytes;
  result.matched_bytes = refined.matched_bytes;
  return result;
}

// signature(basis) -> encode -> decode -> match(fresh) -> chunks -> patch; by
// levels when the options say so.
inline RoundTrip
round_trip(const HashKey& key, ByteView basis, ByteView fresh, delta::SumOptions options = {})
{
  RoundTrip trip;
  const Bytes wire = encoded_signature(key, basis, options);
  trip.sum_bytes = wire.size();
  auto signature = delta::decode(wire);
  if (!signature) {
    trip.error = signature.error();
    return trip;
  }

  MemoryReadAt basis_file(basis);
  MemoryReadAt fresh_file(fresh);
  MemoryRebuild rebuild;
  delta::Patcher patcher(&basis_file, basis.size(), rebuild, key);
  delta::OpWriter writer([&](Bytes chunk) {
    trip.ops_bytes += chunk.size();
    return patcher.apply(chunk);
  });
  delta::Matcher matcher(key, *std::move(signature));
  auto matched =
      options.levels == delta::Levels::one
          ? matcher.match(fresh_file, fresh.size(), writer)
          : match_by_levels(key, matcher, basis_file, basis.size(), fresh_file, fresh.size(), writer, trip);
  Result<> end = matched ? writer.finish() : Result<>(matched.error());
  if (end) {
    end = patcher.finish(matched->hash, matched->bytes);
    trip.match = *matched;
  }
  if (!end) {
    trip.error = end.error();
  }
  trip.rebuilt = std::move(rebuild.content);
  return trip;
}

} // namespace godwit::testing
