#pragma once

#include "delta/window.hpp"
#include "godwit/delta/ops.hpp"

namespace godwit::delta {

// Turns matches into ops: what lies between two matches becomes a literal.
class Output
{
public:
  Output(Window& window, OpSink& sink) : m_window(window), m_sink(sink), m_emitted(window.start()) {}

  // New bytes before this offset have become ops.
  std::uint64_t
  emitted() const
  {
    return m_emitted;
  }
  std::uint64_t
  literal_bytes() const
  {
    return m_literal_bytes;
  }
  std::uint64_t
  matched_bytes() const
  {
    return m_matched_bytes;
  }

  // [emitted(), to) is not in the basis.
  Result<>
  literal_to(std::uint64_t to)
  {
    if (to == m_emitted) {
      return {};
    }
    const ByteView bytes = m_window.view(m_emitted, to);
    m_literal_bytes += bytes.size();
    m_emitted = to;
    return m_sink.literal(bytes);
  }

  // [at, at + bytes) is the basis from `basis_at`; at >= emitted().
  Result<>
  match(std::uint64_t at, std::uint64_t basis_at, std::uint64_t bytes)
  {
    TRY(literal_to(at));
    m_matched_bytes += bytes;
    m_emitted = at + bytes;
    return m_sink.copy(basis_at, bytes);
  }

private:
  Window& m_window;
  OpSink& m_sink;
  std::uint64_t m_emitted;
  std::uint64_t m_literal_bytes = 0;
  std::uint64_t m_matched_bytes = 0;
};

} // namespace godwit::delta
