#include "godwit/delta/matcher.hpp"

#include "delta/basis_table.hpp"
#include "delta/range_search.hpp"

namespace godwit::delta {

struct Matcher::State {
  const HashKey& key;
  BasisTable table;
};

Matcher::Matcher(const HashKey& key, Signature signature) : m_state(new State{key, {key, std::move(signature)}}) {}

Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;

Result<MatchResult>
Matcher::match(ReadAt& source, std::uint64_t claimed_bytes, OpSink& sink)
{
  ContentHash hash(m_state->key);
  TRY_ASSIGN(const Searched found,
             m_state->table.search(source, {0, claimed_bytes, claimed_bytes}, hash, sink));
  return MatchResult{hash.digest(), found.end, found.literal_bytes, found.matched_bytes};
}

} // namespace godwit::delta
