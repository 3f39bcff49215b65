#pragma once

#include <string>
#include <string_view>

#include "godwit/transport/connect.hpp"

namespace godwit::transport
{

// Cuts a far end's stderr into escaped lines, passes each on and keeps the
// last 32 KiB of them. Used by one thread at a time.
class StderrLines
{
public:
  explicit StderrLines(StderrLine on_line) : m_on_line(std::move(on_line)) {}

  void feed(std::string_view bytes);
  // Passes on a last line that has no newline.
  void finish();
  const std::string&
  tail() const
  {
    return m_tail;
  }

private:
  void end_line();

  StderrLine m_on_line;
  std::string m_open; // the line that is not complete yet
  std::string m_tail;
};

} // namespace godwit::transport
