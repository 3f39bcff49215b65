#pragma once

#include <string>
#include <string_view>

namespace godwit {

// Text that can act on no terminal and forge no line: control bytes (C0, DEL,
// C1), bidirectional controls and invalid UTF-8 become \#ooo, as rsync prints
// them. Everything that goes to a terminal or a log passes here once.
std::string escape(std::string_view bytes);

} // namespace godwit
