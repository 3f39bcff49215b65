#pragma once

#include "godwit/base/result.hpp"
#include "godwit/model/entry.hpp"
#include "godwit/model/scope.hpp"

namespace godwit::session {

// What a peer lists must be something that it was asked to list: an item of the
// scope, or a name below contents. Whether it comes in order, the planner checks.
Result<> check_in_scope(const model::Entry& entry, const model::Scope& scope);

} // namespace godwit::session
