#include "godwit/delta/matcher.hpp"

#include <limits>
#include <variant>

#include "delta/anchor_search.hpp"
#include "delta/rolling_search.hpp"

namespace godwit::delta {

namespace {

constexpr std::size_t window_bytes = std::size_t{2} << 20;

using Table = std::variant<RollingTable, AnchorTable>;

Table
make_table(const HashKey& key, Signature signature)
{
  if (signature.shape.kind == KeyKind::rolling) {
    return Table(std::in_place_type<RollingTable>, key, std::move(signature));
  }
  return Table(std::in_place_type<AnchorTable>, key, std::move(signature));
}

Result<>
search(const Table& table, Window& window, Output& output)
{
  if (const auto* rolling = std::get_if<RollingTable>(&table)) {
    return RollingSearch(*rolling, window, output).run();
  }
  return AnchorSearch(std::get<AnchorTable>(table), window, output).run();
}

} // namespace

struct Matcher::State {
  const HashKey& key;
  std::size_t window_bytes;
  Table table;
};

Matcher::Matcher(const HashKey& key, Signature signature)
{
  const std::size_t capacity = window_bytes + AnchorSearch::window_blocks * signature.shape.block_bytes;
  m_state.reset(new State{key, capacity, make_table(key, std::move(signature))});
}

Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;

Result<MatchResult>
Matcher::match(ReadAt& source, std::uint64_t claimed_bytes, OpSink& sink)
{
  StreamHash hash(m_state->key);
  const bool largest = claimed_bytes == std::numeric_limits<std::uint64_t>::max();
  Window window(source, {0, claimed_bytes + (largest ? 0 : 1)}, m_state->window_bytes, &hash);
  Output output(window, sink);
  TRY(search(m_state->table, window, output));
  return MatchResult{hash.digest(), window.end(), output.literal_bytes(), output.matched_bytes()};
}

} // namespace godwit::delta
