#pragma once
// A basis and a new file in memory, taken through the whole delta engine.

#include <cstdint>
#include <optional>
#include <string>

#include "godwit/base/bytes.hpp"
#include "godwit/delta/matcher.hpp"
#include "godwit/delta/patcher.hpp"

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

  Bytes content;
};

struct RoundTrip {
  std::optional<Error> error;
  Bytes rebuilt;
  delta::MatchResult match;
  std::size_t signature_bytes = 0;
  std::size_t ops_bytes = 0;
};

// signature(basis) -> encode -> decode -> match(fresh) -> chunks -> patch.
inline RoundTrip
round_trip(const HashKey& key, ByteView basis, ByteView fresh, delta::SumOptions options = {})
{
  RoundTrip trip;
  delta::SignatureBuilder builder(key, basis.size(), options);
  builder.update(basis);
  Bytes wire;
  encode(builder.finish(), wire);
  trip.signature_bytes = wire.size();
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
  auto matched = matcher.match(fresh_file, fresh.size(), writer);
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
