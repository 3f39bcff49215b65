#pragma once
// Pages and runs of a listing as messages, and back.

#include <optional>

#include "godwit/plan/runs.hpp"
#include "godwit/proto/listing_messages.hpp"

namespace godwit::endpoint {

// The recipe's number is 0 where there is none.
proto::Recipe to_message(const std::optional<plan::Recipe>& recipe);
plan::Recipe to_plan(const proto::Recipe& recipe);

proto::Page to_message(plan::PageSummary&& summary);
plan::PageSummary to_plan(proto::Page&& page);

void append(proto::Runs& message, const std::vector<plan::Run>& runs);
// An error of kind protocol where the columns do not fit one another.
Result<std::vector<plan::Run>> to_plan(const proto::Runs& message);

} // namespace godwit::endpoint
