#include "godwit/endpoint/scope_of.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace godwit::endpoint {

namespace {

using Items = std::map<model::RelPath, model::ScopeItem>;

void
add_base(model::ScopeItem& item, std::uint32_t base)
{
  if (std::find(item.bases.begin(), item.bases.end(), base) == item.bases.end()) {
    item.bases.push_back(base);
  }
}

void
add_item(Items& items, const model::RelPath& path, std::uint32_t base, bool contents)
{
  auto [found, is_new] = items.try_emplace(path);
  model::ScopeItem& item = found->second;
  if (is_new) {
    item.path = path;
  }
  item.is_listed = true;
  item.contents = item.contents || contents;
  add_base(item, base);
}

// -R: the parents that the path as typed implies. Where folders are skipped, so is one
// that is named by a dot.
void
add_implied(Items& items, const proto::OpenedOperand& operand, model::Depth depth)
{
  const bool skips_folders = depth == model::Depth::items;
  const bool is_skipped = skips_folders && operand.type == model::Type::folder;
  model::RelPath parent = operand.path;
  for (std::uint32_t i = 0; i < operand.implied; ++i) {
    parent = parent.parent();
    if (parent.is_root() || !is_skipped) {
      add_item(items, parent, operand.base, parent.is_root() && skips_folders);
    }
  }
}

} // namespace

model::Scope
scope_of(const proto::Opened& source, const std::string& new_name, model::Depth depth)
{
  Items items;
  model::ScopeItem root;
  root.is_listed = false;
  items.emplace(model::RelPath(), root);
  for (const proto::OpenedOperand& operand : source.operands) {
    if (operand.error != 0) {
      continue;
    }
    add_implied(items, operand, depth);
    const model::RelPath path = new_name.empty() ? operand.path : model::RelPath().child(new_name);
    const bool contents =
        operand.contents || (operand.type == model::Type::folder && depth != model::Depth::level);
    add_item(items, path, operand.base, contents);
  }
  model::Scope scope;
  for (auto& [path, item] : items) {
    scope.push_back(std::move(item));
  }
  return scope;
}

} // namespace godwit::endpoint
