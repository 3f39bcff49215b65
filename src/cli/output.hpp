#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "godwit/base/result.hpp"

namespace godwit::cli
{

// Standard output and standard error as one: lines to the first are buffered
// and come before a line to the second that was written later; one line at the
// bottom of a terminal can be redrawn and gives way to all others. Used by one
// thread at a time.
class Output
{
public:
  struct Streams {
    int out;
    int err;
    bool out_is_terminal;
    bool err_is_terminal;
  };
  static Streams process_streams();

  // `on_lost` is called once, when standard output can no longer be written.
  Output(Streams streams, std::function<void()> on_lost);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // A line of its own, without its end.
  void line(std::string_view text);
  void error_line(std::string_view text);
  // The open line of standard output, redrawn from its beginning until a line follows.
  void redraw(std::string_view text);
  // The live line on the terminal of standard error; empty: none.
  void set_live(std::string text);

  void flush();
  // Ends the open line, takes the live line away and flushes.
  void finish();
  // The first failure to write standard output; what came after it is lost.
  const Result<>&
  outcome() const
  {
    return m_outcome;
  }

private:
  void end_open_line();
  void write_out(std::string_view text);
  void clear_live();
  void draw_live();

  Streams m_streams;
  std::function<void()> m_on_lost;
  std::string m_buffer;
  std::string m_live;
  bool m_live_is_drawn = false;
  bool m_line_is_open = false;
  Result<> m_outcome;
};

} // namespace godwit::cli
