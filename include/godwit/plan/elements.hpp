#pragma once
// A page as a set of numbers, one an entry: where it differs in few entries, sketches of both sides' sets
// find them in one exchange.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "godwit/plan/page.hpp"
#include "godwit/plan/sketch.hpp"

namespace godwit::plan
{

// How many of a page's entries a sketch may find, on both sides together (a changed entry is one on each),
// and where these are not enough, how many then. Each costs 4 bytes, and some 5 ns for every entry of the
// page.
inline constexpr std::uint32_t sketch_capacities[] = {8, 32};

// The number of an owner in the table of the side that announced the page; any other where it is not in it.
using NumberOwner = std::function<std::uint32_t(const OwnerIds& ids)>;

// Entries with equal elements are the same but for an accident, once in 2^32; so what is found by them is
// held to the digest of the page. `builder` is empty before and after.
std::vector<Element> elements_of(std::span<const model::Entry> entries, PageBuilder& builder,
                                 const NumberOwner& number_of);

} // namespace godwit::plan
