#pragma once

#include "godwit/model/action.hpp"
#include "godwit/plan/planner.hpp"

namespace godwit::plan
{

// The action for an entry of the source, `there` being what the dest has under its name (null: nothing). Not
// numbered. A folder's contents are the planner's business, as is a folder at the dest where the source has
// none.
model::Action choose(model::Entry source, const model::Entry* there, const PlanRules& rules);

} // namespace godwit::plan
