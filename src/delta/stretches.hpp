#pragma once

#include <algorithm>
#include <cstdint>

#include "godwit/base/io.hpp"

namespace godwit::delta {

// Cuts a file into stretches that are read and long holes that are not.
class Stretches
{
public:
  struct Stretch {
    std::uint64_t hole = 0; // zeros before it
    std::uint64_t at = 0;
    std::uint64_t end = 0; // where the next long hole begins
  };

  // What is read begins and ends at multiples of `grain`, so that blocks of a basis which
  // hold the edge of a hole are found. Holes of less than two grains, or 64 KiB, are read.
  Stretches(ReadAt& source, std::uint64_t at, std::uint64_t end, std::uint64_t grain)
      : m_source(source), m_at(at), m_end(end), m_grain(grain), m_least(std::max(2 * grain, least_hole))
  {
  }

  // The next one; where the file ends with a long hole, an empty one at its end.
  Stretch next()
  {
    DataRange data = m_source.data_from(m_at);
    Stretch stretch{0, std::max(m_at, std::min(data.at, m_end) / m_grain * m_grain), 0};
    if (data.at >= m_end) {
      stretch.at = m_end;
    }
    if (stretch.at - m_at < m_least) {
      stretch.at = m_at;
    }
    stretch.hole = stretch.at - m_at;
    while (data.end < m_end) {
      const std::uint64_t hole_at = std::max(stretch.at, (data.end + m_grain - 1) / m_grain * m_grain);
      data = m_source.data_from(data.end);
      const std::uint64_t next = std::min(data.at, m_end);
      if (hole_at < next && next - hole_at >= m_least + m_grain) {
        m_at = stretch.end = hole_at;
        return stretch;
      }
    }
    m_at = stretch.end = m_end;
    return stretch;
  }
  bool is_at_end() const { return m_at >= m_end; }

private:
  static constexpr std::uint64_t least_hole = std::uint64_t{64} << 10;

  ReadAt& m_source;
  std::uint64_t m_at;
  std::uint64_t m_end;
  std::uint64_t m_grain;
  std::uint64_t m_least;
};

} // namespace godwit::delta
