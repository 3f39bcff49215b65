#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "godwit/model/scope.hpp"

namespace godwit::fs {

// A scope as a tree of names. Points into the Scope it was built from.
struct ScopeNode {
  std::string name;
  const model::ScopeItem* item = nullptr; // null: only leads to items
  std::vector<ScopeNode> children;        // by name, bytewise
  std::vector<std::uint32_t> bases;       // of the item and all below it, ascending

  const ScopeNode* child(std::string_view name_of_child) const;
  bool has_item_in(std::uint32_t base) const;
  bool leads_to(std::uint32_t base) const; // to an item below
  // Only there because -R implies it: filters do not apply.
  bool is_implied() const { return !children.empty() && (item == nullptr || !item->contents); }
};

// An item without bases is in base 0.
ScopeNode build_scope_tree(const model::Scope& scope);

} // namespace godwit::fs
