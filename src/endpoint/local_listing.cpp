// What is asked of a listing: scans, pages, owners.
#include <algorithm>
#include <span>
#include <utility>

#include "godwit/endpoint/page_messages.hpp"
#include "godwit/endpoint/scope_of.hpp"
#include "local_state.hpp"

namespace godwit::endpoint {

namespace {

// Folders that the run covers come out as they were; the root is one only where it is listed.
fs::FolderTimes::PutBack
put_back_for(const proto::Open& request, const model::Scope& scope)
{
  using PutBack = fs::FolderTimes::PutBack;
  if (!request.folder_times) {
    return PutBack::none;
  }
  const bool lists_root = !scope.empty() && scope.front().path.is_root() && scope.front().is_listed;
  return lists_root ? PutBack::all : PutBack::below_root;
}

bool
is_name_or_none(const std::string& name)
{
  return name.empty() || model::RelPath::is_valid_name(name);
}

// The parts of a page that are meant; false: they do not lie in it.
template <class Visit>
bool
for_each_stretch(std::span<model::Entry> page, const std::vector<proto::Stretch>& stretches, Visit visit)
{
  if (stretches.empty()) {
    visit(page);
  }
  for (const proto::Stretch& stretch : stretches) {
    if (stretch.count == 0 || stretch.skip > page.size() || stretch.count > page.size() - stretch.skip) {
      return false;
    }
    visit(page.subspan(stretch.skip, stretch.count));
    page = page.subspan(stretch.skip + stretch.count);
  }
  return true;
}

} // namespace

void
Local::State::handle(proto::Scan& request, Lease&)
{
  const auto is_unknown = [&](std::uint32_t base) { return base >= roots.bases.size(); };
  if (request.recipe.number > plan::Recipe::number || request.recipe.grain_ns == 0) {
    return refuse("scan by an unknown recipe");
  }
  if (is_listing) {
    return refuse("scan before the last one was listed whole");
  }
  if (request.of_opened) {
    request.scope = scope_of(opened, "", request.depth);
  }
  if (!is_source() && !opened.created.empty()) {
    request.recipe.number = 0; // there is nothing to compare
  }
  if (!is_name_or_none(request.listed_name) || !is_name_or_none(request.real_name)) {
    return refuse("scan of a name that is none");
  }
  for (const model::ScopeItem& item : request.scope) {
    if (std::any_of(item.bases.begin(), item.bases.end(), is_unknown)) {
      return refuse("scan of a base that was not opened");
    }
  }
  if (!is_source()) {
    times.put_back(put_back_for(roots.request, request.scope));
  }
  if (!request.listed_name.empty() && is_source()) {
    for (fs::Base& base : roots.bases) {
      base.listed_name = request.listed_name;
      base.real_name = request.real_name;
    }
  }
  if (scanner.joinable()) {
    scanner.join(); // it has listed all
  }
  recipe.reset();
  if (request.recipe.number != 0) {
    recipe = to_plan(request.recipe);
  }
  is_listing = true;
  scanner = std::jthread([this, moved = std::move(request)]() mutable {
    LocalScan({roots, opened.operands, *names, answer, entries, pages, context->stopped, leftovers, adopter()},
              std::move(moved))
        .run();
    is_listing = false;
    answer({proto::ListEnd{}, {}});
  });
}

void
Local::State::handle(proto::DifferencesWanted& request, Lease&)
{
  static_assert(proto::max_sketch_sums == plan::Sketch::max_capacity);
  auto sums = to_numbers(request.sums);
  if (!sums || sums->empty()) {
    return refuse("differences from what is no sketch");
  }
  auto page = pages.borrow(request.page);
  if (!page || !recipe) {
    return refuse("differences from a page that is not open");
  }
  plan::PageBuilder builder(*recipe, is_source() ? model::Side::source : model::Side::dest, roots.key);
  proto::Differences differences = differences_in(*page, plan::Sketch(*std::move(sums)), builder);
  differences.page = request.page;
  pages.give_back(request.page, *std::move(page));
  answer({std::move(differences), {}});
}

void
Local::State::handle(proto::RunsWanted& request, Lease&)
{
  auto page = pages.borrow(request.page);
  if (!page || !recipe || request.grain == 0 || request.grain > plan::max_grain) {
    return refuse("runs of a page that is not open");
  }
  proto::Runs runs;
  runs.page = request.page;
  plan::PageBuilder builder(*recipe, is_source() ? model::Side::source : model::Side::dest, roots.key);
  const auto cut = [&](std::span<const model::Entry> stretch) {
    append(runs, plan::cut_runs(stretch, request.grain, builder));
  };
  if (!for_each_stretch(*page, request.stretches, cut)) {
    return refuse("runs of what is not in the page");
  }
  pages.give_back(request.page, *std::move(page));
  answer({std::move(runs), {}});
}

void
Local::State::handle(proto::PageWanted& request, Lease&)
{
  auto page = pages.take(request.page);
  if (!page) {
    return refuse("page that is not open");
  }
  proto::PageListed part{request.page, false, {}};
  std::size_t bytes = 0;
  const auto list = [&](std::span<model::Entry> stretch) {
    for (model::Entry& entry : stretch) {
      if (bytes >= proto::max_chunk_bytes) {
        answer({std::exchange(part, {request.page, false, {}}), {}});
        bytes = 0;
      }
      bytes += entry.path.view().size() + entry.target().size() + 64;
      part.entries.push_back(std::move(entry));
    }
  };
  if (!for_each_stretch(*page, request.stretches, list)) {
    return refuse("entries that are not in the page");
  }
  part.is_last_part = true;
  answer({std::move(part), {}});
}

void
Local::State::handle(proto::PagesSettled& request, Lease&)
{
  pages.settle(request.end);
}

// As rsync maps: by name where the name is known here, else the number stays;
// 0 is 0 everywhere.
void
Local::State::handle(proto::MapOwners& request, Lease&)
{
  if (is_source()) {
    return refuse("owners to be mapped at the source");
  }
  const std::vector<std::uint32_t> groups = fs::process_groups();
  const bool by_name = !roots.request.numeric_ids;
  proto::OwnersMapped mapped;
  for (const proto::OwnerName& user : request.users) {
    std::uint32_t id = user.id;
    if (by_name && user.id != 0 && !user.name.empty()) {
      id = names->uid_of(user.name).value_or(id);
    }
    mapped.users.push_back({user.id, roots.is_super ? id : model::keep_id});
  }
  for (const proto::OwnerName& group : request.groups) {
    std::uint32_t id = group.id;
    if (by_name && group.id != 0 && !group.name.empty()) {
      id = names->gid_of(group.name).value_or(id);
    }
    const bool may_set = roots.is_super || std::binary_search(groups.begin(), groups.end(), id);
    mapped.groups.push_back({group.id, may_set ? id : model::keep_id});
  }
  answer({std::move(mapped), {}});
}

} // namespace godwit::endpoint
