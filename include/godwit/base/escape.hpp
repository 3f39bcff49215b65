#pragma once

#include <string>
#include <string_view>

namespace godwit {

// Text that can act on no terminal and forge no line: control bytes (C0 but for
// tab, DEL, C1), bidirectional controls, invalid UTF-8 and the backslash of a
// `\#ooo` become \#ooo, as rsync prints them. Everything that goes to a terminal or a log passes here once.
std::string escape(std::string_view bytes);

// For a text in which names are escaped already, from a peer that may not have
// done so: the same, but what looks escaped stays as it is.
std::string escape_text(std::string_view text);

} // namespace godwit
