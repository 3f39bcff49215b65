#include "godwit/endpoint/level_choice.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace godwit::endpoint {

namespace {

constexpr double mb = 1e6;

struct Rung {
  proto::Compression compression;
  double link_below; // bytes a second: on a slower link this rung pays
  double speed;      // bytes a second of ordered content that it compresses, about (one core)
};

// Speeds: C headers and ELF files, zstd 1.5.4. A rung pays where the bytes it saves take the link longer
// than making it takes the core.
constexpr std::array<Rung, 6> ladder = {{{{0, 0, false, true}, 1e18, 1e18},
                                         {{-3, 0, false}, 200 * mb, 470 * mb},
                                         {{1, 0, false}, 120 * mb, 350 * mb},
                                         {{3, 0, false}, 30 * mb, 200 * mb},
                                         {{5, 23, true}, 8 * mb, 90 * mb},
                                         {{9, 25, true}, 2.5 * mb, 40 * mb}}};
constexpr std::size_t fastest_rung = 1;
constexpr std::size_t first_rung = 2;  // level 1, before anything is known
constexpr std::size_t forced_rung = 3; // level 3, as zstd's users expect

constexpr auto least_stretch = std::chrono::seconds(1);
constexpr auto first_stretch = std::chrono::milliseconds(250);
constexpr int first_stretches = 4; // so many short ones
constexpr double least_bytes = 256 << 10; // on the wire, before anything is concluded from them
// Of a stretch: so much waiting means that the link is the limit.
constexpr double waits = 0.3;
// And so much packing, that packing is.
constexpr double packer_share = 0.4;
constexpr int most_patience = 32; // stretches
// A rung is climbed only if it compresses so many times faster than the link needs.
constexpr double margin = 2;

} // namespace

LevelChoice::LevelChoice(const CompressWish& wish, std::uint64_t known_rate)
    : m_wish(wish), m_known_rate(static_cast<double>(known_rate)),
      m_rung(wish.mode == proto::CompressMode::forced ? forced_rung : first_rung)
{
  m_fixed.level = std::clamp(wish.level, proto::Compression::least_level, proto::Compression::most_level);
  if (wish.mode == proto::CompressMode::off) {
    m_fixed.level = 0;
  }
  while (known_rate != 0 && m_rung + 1 < ladder.size() && m_known_rate < ladder[m_rung + 1].link_below) {
    ++m_rung;
  }
}

bool
LevelChoice::is_fixed() const
{
  return m_wish.mode == proto::CompressMode::off || m_wish.mode == proto::CompressMode::fixed;
}

const proto::Compression&
LevelChoice::current() const
{
  return is_fixed() ? m_fixed : ladder[m_rung].compression;
}

void
LevelChoice::peer_is_near()
{
  const bool is_first_news = !std::exchange(m_is_near, true) && m_stretches == 0;
  if (is_first_news && m_wish.mode == proto::CompressMode::adaptive && m_known_rate == 0) {
    m_rung = 0;
    m_is_news = true;
  }
}

void
LevelChoice::sent(std::size_t wire_bytes, Clock::duration packing, Clock::duration writing)
{
  m_wire_bytes += static_cast<double>(wire_bytes);
  m_packing += packing;
  m_writing += writing;
}

void
LevelChoice::packed(std::size_t from, std::size_t to)
{
  m_from += static_cast<double>(from);
  m_to += static_cast<double>(to);
}

void
LevelChoice::arrived(const Arrival& arrival)
{
  m_arrival = arrival;
}

std::optional<proto::Compression>
LevelChoice::next(Clock::time_point now)
{
  if (is_fixed()) {
    return std::nullopt;
  }
  if (std::exchange(m_is_news, false)) {
    return current();
  }
  if (!m_since) {
    m_since = now;
  }
  const Clock::duration stretch = m_stretches < first_stretches ? Clock::duration(first_stretch) : least_stretch;
  if (now - *m_since < stretch || m_wire_bytes < least_bytes) {
    return std::nullopt;
  }
  ++m_stretches;
  m_elapsed = now - *m_since;
  const std::size_t chosen = held_back(choose());
  forget();
  m_since = now;
  if (chosen == m_rung) {
    return std::nullopt;
  }
  m_rung = chosen;
  return current();
}

// Where packing became the limit it is tried again later, and later each time.
std::size_t
LevelChoice::held_back(std::size_t chosen)
{
  const bool is_climb = chosen > m_rung;
  if (chosen < m_rung && m_packing > packer_share * m_elapsed) {
    m_patience = std::min(2 * m_patience, most_patience);
    m_hold = m_patience;
  }
  if (m_hold == 0 || !is_climb) {
    return chosen;
  }
  --m_hold;
  return m_rung;
}

std::size_t
LevelChoice::choose() const
{
  const double packing_share = m_packing / m_elapsed;
  const double writing_share = m_writing / m_elapsed;
  const bool peer_waits = m_arrival && m_arrival->waited > waits * m_arrival->stretch;
  const bool is_limited = m_known_rate != 0 && m_known_rate < ladder[first_rung].link_below;
  if ((writing_share > waits && peer_waits) || is_limited) {
    return rung_for_link();
  }
  const bool packer_is_limit = packing_share > packer_share;
  const bool costs_for_nothing = m_arrival && !peer_waits;
  if (packer_is_limit || costs_for_nothing || m_rung > first_rung) {
    return std::max(m_rung, lowest_rung() + 1) - 1;
  }
  return m_rung;
}

// With a far peer bytes may cost others, even where they cost us no time.
std::size_t
LevelChoice::lowest_rung() const
{
  if (m_wish.mode == proto::CompressMode::forced) {
    return forced_rung;
  }
  return m_is_near ? 0 : fastest_rung;
}

std::size_t
LevelChoice::rung_for_link() const
{
  // While there was nothing to send the link was not at work.
  const Seconds busy = std::min(m_packing + m_writing, m_elapsed);
  double rate = m_wire_bytes / std::max(busy.count(), 1e-6);
  if (m_arrival && m_arrival->stretch.count() > 0) { // the stretches are not the same: both may have begun slowly
    rate = std::max(rate, static_cast<double>(m_arrival->bytes) / m_arrival->stretch.count());
  }
  rate = m_known_rate != 0 ? std::min(rate, m_known_rate) : rate;
  std::size_t best = lowest_rung();
  while (best + 1 < ladder.size() && rate < ladder[best + 1].link_below) {
    ++best;
  }
  // What was measured of this machine and this content, against the ladder's own figure.
  const double ratio = m_from > 0 ? m_from / m_to : 1;
  const double pace = m_from > least_bytes && m_packing.count() > 0 && m_rung > 0
                          ? std::min(1.0, m_from / m_packing.count() / ladder[m_rung].speed)
                          : 1;
  while (best > m_rung && ladder[best].speed * pace < margin * rate * ratio) {
    --best;
  }
  return best;
}

void
LevelChoice::forget()
{
  m_wire_bytes = m_from = m_to = 0;
  m_packing = m_writing = {};
  m_arrival.reset();
}

} // namespace godwit::endpoint
