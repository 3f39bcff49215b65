#include "godwit/delta/matcher.hpp"

#include <limits>

#include "delta/rolling_search.hpp"

namespace godwit::delta
{

namespace
{
constexpr std::size_t window_bytes = std::size_t{1} << 20;
}

struct Matcher::State {
  const HashKey& key;
  RollingTable table;
};

Matcher::Matcher(const HashKey& key, Signature signature)
    : m_state(new State{key, RollingTable(key, std::move(signature))})
{
}

Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;

Result<MatchResult>
Matcher::match(ReadAt& source, std::uint64_t claimed_bytes, OpSink& sink)
{
  StreamHash hash(m_state->key);
  const std::size_t capacity = window_bytes + 4 * std::size_t{m_state->table.signature.shape.block_bytes};
  const std::uint64_t limit =
      claimed_bytes + (claimed_bytes == std::numeric_limits<std::uint64_t>::max() ? 0 : 1);
  Window window(source, {0, limit}, capacity, &hash);
  Output output(window, sink);
  RollingSearch search(m_state->table, window, output);
  TRY(search.run());
  return MatchResult{hash.digest(), window.end(), output.literal_bytes(), output.matched_bytes()};
}

} // namespace godwit::delta
