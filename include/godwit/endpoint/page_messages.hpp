#pragma once
// Pages, sketches and runs of a listing as messages, and back.

#include <optional>
#include <span>
#include <vector>

#include "godwit/plan/elements.hpp"
#include "godwit/plan/runs.hpp"
#include "godwit/proto/listing_messages.hpp"

namespace godwit::endpoint {

// The recipe's number is 0 where there is none.
proto::Recipe to_message(const std::optional<plan::Recipe>& recipe);
plan::Recipe to_plan(const proto::Recipe& recipe);

proto::Page to_message(plan::PageSummary&& summary);
plan::PageSummary to_plan(proto::Page&& page);

// Sums of a sketch, or coefficients of a polynomial: 4 bytes each.
Bytes to_bytes(const std::vector<std::uint32_t>& numbers);
// Nothing where the last number is cut.
std::optional<std::vector<std::uint32_t>> to_numbers(ByteView bytes);

// The answer to a sketch of what the asker has of the page, but for the page's number.
proto::Differences differences_in(std::span<const model::Entry> page, plan::Sketch sketch,
                                  plan::PageBuilder& builder);

void append(proto::Runs& message, const std::vector<plan::Run>& runs);
// An error of kind protocol where the columns do not fit one another.
Result<std::vector<plan::Run>> to_plan(const proto::Runs& message);

} // namespace godwit::endpoint
