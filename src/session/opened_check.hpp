#pragma once

#include <string>
#include <vector>

#include "godwit/base/result.hpp"
#include "godwit/endpoint/endpoint.hpp"

namespace godwit::session {

// Whether what a far end says it opened is what the user asked for: every item is
// the name of an operand, or one that its wildcards match, and no operand is left
// out. Without this a source could send files that nobody asked for.
Result<> check_opened(const std::vector<std::string>& asked, bool relative, const proto::Opened& opened);

} // namespace godwit::session
