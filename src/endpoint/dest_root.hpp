#pragma once

#include <string>

#include "roots.hpp"

namespace godwit::endpoint {

// The destination operand: a folder, made where only its last component is
// missing (with mkpath: any), or the new name of a single item that is no folder.
Result<> open_dest_root(Roots& roots, const std::string& operand, proto::Opened& answer);

} // namespace godwit::endpoint
