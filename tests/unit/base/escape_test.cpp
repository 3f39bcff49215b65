#include "godwit/base/escape.hpp"

#include <doctest/doctest.h>

using godwit::escape;

TEST_CASE("escape leaves printable text and valid UTF-8 alone")
{
  CHECK(escape("plain name.txt") == "plain name.txt");
  CHECK(escape("naïve – 鳥") == "naïve – 鳥");
}

TEST_CASE("escape makes control bytes, invalid UTF-8 and bidirectional controls visible")
{
  CHECK(escape("a\nb") == "a\\#012b");
  CHECK(escape("\x1b[31m") == "\\#033[31m");
  CHECK(escape("\x7f") == "\\#177");
  CHECK(escape("\xff\xfe") == "\\#377\\#376");
  CHECK(escape("\xc0\xaf") == "\\#300\\#257");
  CHECK(escape("\xc2\x9b") == "\\#302\\#233");
  CHECK(escape("\xe2\x80\xae") == "\\#342\\#200\\#256");
  CHECK(escape("\xed\xa0\x80") == "\\#355\\#240\\#200");
}

TEST_CASE("escape keeps a name that looks escaped apart from one that was escaped")
{
  CHECK(escape("b\\#012") == "b\\#134#012");
  CHECK(escape("\\#ab \\#12") == "\\#ab \\#12");
  CHECK(escape("a\tb") == "a\tb");
}
