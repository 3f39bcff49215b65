#include "godwit/delta/matcher.hpp"

#include <limits>
#include <variant>

#include "delta/anchor_search.hpp"
#include "delta/rolling_search.hpp"
#include "delta/stretches.hpp"

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
  std::uint32_t block_bytes;
  std::size_t window_bytes;
  Table table;
};

Matcher::Matcher(const HashKey& key, Signature signature)
{
  const std::uint32_t block = signature.shape.block_bytes;
  const std::size_t capacity = window_bytes + AnchorSearch::window_blocks * block;
  m_state.reset(new State{key, block, capacity, make_table(key, std::move(signature))});
}

Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;

Result<MatchResult>
Matcher::match(ReadAt& source, std::uint64_t claimed_bytes, OpSink& sink)
{
  ContentHash hash(m_state->key);
  MatchResult result;
  Stretches stretches(source, 0, claimed_bytes, m_state->block_bytes);
  do {
    const Stretches::Stretch stretch = stretches.next();
    if (stretch.hole != 0) {
      hash.zeros(stretch.hole);
      result.matched_bytes += stretch.hole;
      TRY(sink.hole(stretch.hole));
    }
    // A byte behind the end shows that the file grew.
    const bool looks_behind = stretches.is_at_end() && stretch.end != std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t end = stretch.end + (looks_behind ? 1 : 0);
    Window window(source, {stretch.at, end}, m_state->window_bytes, &hash);
    Output output(window, sink);
    TRY(search(m_state->table, window, output));
    result.bytes = window.end();
    result.literal_bytes += output.literal_bytes();
    result.matched_bytes += output.matched_bytes();
    if (window.end() < stretch.end) {
      break;
    }
  } while (!stretches.is_at_end());
  result.hash = hash.digest();
  return result;
}

} // namespace godwit::delta
