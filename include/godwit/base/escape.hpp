#pragma once

#include <string>
#include <string_view>

namespace godwit {

// Text that can act on no terminal and forge no line: control bytes (C0 but for
// tab, DEL, C1), bidirectional controls, invalid UTF-8 and the backslash of a
// `\#ooo` become \#ooo, as rsync prints them. Everything that goes to a terminal or a log passes here once.
std::string escape(std::string_view bytes);

} // namespace godwit
