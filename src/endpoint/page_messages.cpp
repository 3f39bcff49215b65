#include "godwit/endpoint/page_messages.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace godwit::endpoint {

proto::Recipe
to_message(const std::optional<plan::Recipe>& recipe)
{
  if (!recipe) {
    return {};
  }
  return {plan::Recipe::number, recipe->file_times, recipe->folder_times, recipe->other_times,
          recipe->perms,        recipe->owner,      recipe->group,        recipe->checksum,
          recipe->links,        recipe->devices,    recipe->specials,     recipe->grain_ns};
}

plan::Recipe
to_plan(const proto::Recipe& recipe)
{
  return {recipe.file_times, recipe.folder_times, recipe.other_times, recipe.perms,   recipe.owner,   recipe.group,
          recipe.checksum,   recipe.links,        recipe.devices,     recipe.specials, recipe.grain_ns};
}

proto::Page
to_message(plan::PageSummary&& summary)
{
  proto::Page page;
  page.last = std::move(summary.last);
  page.last_is_folder = summary.last_is_folder;
  page.count = summary.count;
  page.comparable = summary.is_comparable;
  page.digest = summary.digest;
  for (const plan::OwnerIds& owner : summary.owners) {
    page.owners.push_back({owner.uid, owner.gid});
  }
  return page;
}

plan::PageSummary
to_plan(proto::Page&& page)
{
  plan::PageSummary summary;
  summary.last = std::move(page.last);
  summary.last_is_folder = page.last_is_folder;
  summary.count = page.count;
  summary.is_comparable = page.comparable;
  summary.digest = page.digest;
  for (const proto::OwnerPair& owner : page.owners) {
    summary.owners.push_back({owner.uid, owner.gid});
  }
  return summary;
}

Bytes
to_bytes(const std::vector<std::uint32_t>& numbers)
{
  Bytes bytes(numbers.size() * sizeof(std::uint32_t));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    store_le(bytes.data() + i * sizeof(std::uint32_t), numbers[i]);
  }
  return bytes;
}

std::optional<std::vector<std::uint32_t>>
to_numbers(ByteView bytes)
{
  if (bytes.size() % sizeof(std::uint32_t) != 0) {
    return std::nullopt;
  }
  std::vector<std::uint32_t> numbers(bytes.size() / sizeof(std::uint32_t));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = load_le<std::uint32_t>(bytes.data() + i * sizeof(std::uint32_t));
  }
  return numbers;
}

proto::Differences
differences_in(std::span<const model::Entry> page, plan::Sketch sketch, plan::PageBuilder& builder)
{
  std::vector<plan::OwnerIds> owners;
  const auto number_of = [&](const plan::OwnerIds& ids) { return plan::number_owner(owners, ids); };
  const std::vector<plan::Element> elements = plan::elements_of(page, builder, number_of);
  sketch.add(elements); // what both have falls out
  proto::Differences differences;
  std::optional<plan::Polynomial> polynomial = sketch.solve();
  if (!polynomial) {
    return differences;
  }
  differences.is_solved = true;
  for (const std::uint32_t at : plan::take_roots(*polynomial, elements)) {
    differences.entries.push_back(page[at]);
  }
  differences.others = to_bytes(*polynomial);
  return differences;
}

void
append(proto::Runs& message, const std::vector<plan::Run>& runs)
{
  for (const plan::Run& run : runs) {
    if (!run.is_comparable) {
      message.unequal.push_back(static_cast<std::uint32_t>(message.counts.size()));
    }
    message.counts.push_back(run.count);
    for (std::size_t byte = 0; byte < plan::Run::digest_bytes; ++byte) {
      message.digests.push_back(static_cast<std::byte>(run.digest >> (8 * byte)));
    }
    message.owner_counts.push_back(static_cast<std::uint32_t>(run.owners.size()));
    for (const plan::OwnerIds& ids : run.owners) {
      message.owners.push_back({ids.uid, ids.gid});
    }
  }
}

Result<std::vector<plan::Run>>
to_plan(const proto::Runs& message)
{
  const std::size_t count = message.counts.size();
  const auto owners = std::accumulate(message.owner_counts.begin(), message.owner_counts.end(), std::uint64_t{0});
  if (message.digests.size() != count * plan::Run::digest_bytes || message.owner_counts.size() != count ||
      message.owners.size() != owners) {
    return make_error(ErrorKind::protocol, "the agent sent runs whose columns do not fit");
  }
  std::vector<plan::Run> runs(count);
  auto owner = message.owners.begin();
  for (std::size_t i = 0; i < count; ++i) {
    plan::Run& run = runs[i];
    run.count = message.counts[i];
    for (std::size_t byte = 0; byte < plan::Run::digest_bytes; ++byte) {
      const std::byte part = message.digests[i * plan::Run::digest_bytes + byte];
      run.digest |= std::to_integer<std::uint64_t>(part) << (8 * byte);
    }
    for (std::uint32_t left = message.owner_counts[i]; left > 0; --left, ++owner) {
      run.owners.push_back({owner->uid, owner->gid});
    }
  }
  for (const std::uint32_t unequal : message.unequal) {
    if (unequal >= count) {
      return make_error(ErrorKind::protocol, "the agent sent runs whose columns do not fit");
    }
    runs[unequal].is_comparable = false;
  }
  return runs;
}

} // namespace godwit::endpoint
