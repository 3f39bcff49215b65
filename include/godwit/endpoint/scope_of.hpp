#pragma once

#include <string>

#include "godwit/model/scope.hpp"
#include "godwit/proto/run_messages.hpp"

namespace godwit::endpoint {

// What a run covers, by what its source operands became. A single item that gets
// the name `new_name` at the dest is listed under that. With -d alone `dir` is the
// name, `dir/` its contents.
model::Scope scope_of(const proto::Opened& source, const std::string& new_name, model::Depth depth);

} // namespace godwit::endpoint
