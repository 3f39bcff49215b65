#include "transport/stderr_lines.hpp"

#include "godwit/base/escape.hpp"

namespace godwit::transport
{
namespace
{

constexpr std::size_t max_line_bytes = 4096; // longer ones are cut into several
constexpr std::size_t max_tail_bytes = std::size_t{32} * 1024;

} // namespace

void
StderrLines::feed(std::string_view bytes)
{
  for (const char c : bytes) {
    if (c == '\n') {
      end_line();
      continue;
    }
    m_open += c;
    if (m_open.size() == max_line_bytes) {
      end_line();
    }
  }
}

void
StderrLines::finish()
{
  if (!m_open.empty()) {
    end_line();
  }
}

void
StderrLines::end_line()
{
  if (m_open.ends_with('\r')) {
    m_open.pop_back();
  }
  const std::string line = escape(m_open);
  m_open.clear();
  if (m_on_line) {
    m_on_line(line);
  }
  m_tail += line;
  m_tail += '\n';
  if (m_tail.size() > max_tail_bytes) {
    m_tail.erase(0, m_tail.size() - max_tail_bytes);
  }
}

} // namespace godwit::transport
