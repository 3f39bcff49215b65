#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "godwit/endpoint/compress_wish.hpp"
#include "godwit/proto/compression.hpp"

namespace godwit::endpoint {

// Chooses how hard one direction is compressed, from what the link carries and
// what compressing costs. There is a ladder of settings, from none to level 9
// with long-distance matching. On a link that is the limit the rung is the one
// that suits its rate; elsewhere compressing harder would buy nothing, so the
// rungs are climbed down: to the fastest, and with a near peer to none at all,
// since a link that costs no time should cost no work either.
//
// Whether the link is the limit shows on both ends: here writes wait for it,
// and the peer waits for what arrives. (A peer whose disk is the limit does
// not wait for us.) Used by one thread; the clock is given, so it has none.
class LevelChoice
{
public:
  using Clock = std::chrono::steady_clock;
  using Seconds = std::chrono::duration<double>;

  // `known_rate`: bytes a second that the user allows the link; 0: no limit.
  LevelChoice(const CompressWish& wish, std::uint64_t known_rate);

  const proto::Compression& current() const;
  // It answers fast: nothing is compressed until the link proves to be the limit.
  void peer_is_near();

  // What went out: so many bytes on the wire, the time it took to make them and to write them.
  void sent(std::size_t wire_bytes, Clock::duration packing, Clock::duration writing);
  // Of what was compressed: before and after.
  void packed(std::size_t from, std::size_t to);
  // What the peer told last: in a stretch of time so many bytes arrived, and so long it waited for them.
  struct Arrival {
    std::uint64_t bytes = 0;
    Seconds stretch{};
    Seconds waited{};
  };
  void arrived(const Arrival& arrival);
  // A new setting, at most once a second (at first four times).
  std::optional<proto::Compression> next(Clock::time_point now);

private:
  bool is_fixed() const;
  std::size_t lowest_rung() const;
  std::size_t rung_for_link() const;
  std::size_t choose() const;
  std::size_t held_back(std::size_t chosen);
  void forget();

  CompressWish m_wish;
  double m_known_rate;
  proto::Compression m_fixed;
  bool m_is_near = false;
  std::size_t m_rung;
  bool m_is_news = false; // the rung, for next()
  int m_stretches = 0;    // that were judged
  int m_patience = 1;     // stretches without a climb, after the next descent
  int m_hold = 0;
  std::optional<Clock::time_point> m_since;
  // since m_since
  double m_wire_bytes = 0;
  Seconds m_packing{};
  Seconds m_writing{};
  double m_from = 0;
  double m_to = 0;
  std::optional<Arrival> m_arrival;
  Seconds m_elapsed{};
};

} // namespace godwit::endpoint
