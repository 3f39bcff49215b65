#include "scope_tree.hpp"

#include <algorithm>

namespace godwit::fs {
namespace {

ScopeNode&
child_for(ScopeNode& node, std::string_view name)
{
  const auto at = std::ranges::lower_bound(node.children, name, {},
                                           [](const ScopeNode& n) -> std::string_view { return n.name; });
  if (at != node.children.end() && at->name == name) {
    return *at;
  }
  ScopeNode made;
  made.name = name;
  return *node.children.insert(at, std::move(made));
}

void
insert(ScopeNode& root, const model::ScopeItem& item)
{
  ScopeNode* node = &root;
  std::string_view rest = item.path.view();
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    node = &child_for(*node, rest.substr(0, slash));
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  }
  node->item = &item;
}

// Children first, without recursion: a path may have half a million components.
void
gather_bases(ScopeNode& root)
{
  std::vector<ScopeNode*> order{&root};
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (ScopeNode& child : order[i]->children) {
      order.push_back(&child);
    }
  }
  for (auto node = order.rbegin(); node != order.rend(); ++node) {
    auto& bases = (*node)->bases;
    if (const auto* item = (*node)->item) {
      bases = item->bases;
      if (bases.empty()) {
        bases.push_back(0);
      }
    }
    for (const ScopeNode& child : (*node)->children) {
      bases.insert(bases.end(), child.bases.begin(), child.bases.end());
    }
    std::ranges::sort(bases);
    bases.erase(std::ranges::unique(bases).begin(), bases.end());
  }
}

} // namespace

const ScopeNode*
ScopeNode::child(std::string_view name_of_child) const
{
  const auto at = std::ranges::lower_bound(children, name_of_child, {},
                                           [](const ScopeNode& n) -> std::string_view { return n.name; });
  return at != children.end() && at->name == name_of_child ? &*at : nullptr;
}

bool
ScopeNode::has_item_in(std::uint32_t base) const
{
  if (item == nullptr) {
    return false;
  }
  return item->bases.empty() ? base == 0 : std::ranges::find(item->bases, base) != item->bases.end();
}

bool
ScopeNode::leads_to(std::uint32_t base) const
{
  return std::ranges::any_of(
      children, [&](const ScopeNode& child) { return std::ranges::binary_search(child.bases, base); });
}

ScopeNode
build_scope_tree(const model::Scope& scope)
{
  ScopeNode root;
  for (const model::ScopeItem& item : scope) {
    insert(root, item);
  }
  gather_bases(root);
  return root;
}

} // namespace godwit::fs
