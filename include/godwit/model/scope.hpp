#pragma once

#include <cstdint>
#include <vector>

#include "godwit/model/path.hpp"

namespace godwit::model {

// What a run covers, the same for both sides, in listing paths. `a/ b` gives
// {"", contents, bases {0}} and {"b", contents, bases {1}}; a parent that -R
// implies is an item without contents. Only below 'contents' is anything
// listed that no item names, and only there can anything be removed.
//
// Bases: the source's open folders that the item is looked up in, in the order
// of the operands. Where two hold one name the first wins, a folder beats what
// is none, and folders are united. Empty at the dest, which has one root.
struct ScopeItem {
  RelPath path;
  bool is_listed = true; // the item itself is an entry (false: the root of `a b`, which only holds items)
  bool contents = false;
  std::vector<std::uint32_t> bases;
};

// Sorted by path bytewise (a parent before what is below it), no path twice.
using Scope = std::vector<ScopeItem>;

// How far a scan goes down from items with contents.
enum class Depth : std::uint8_t {
  items,  // neither -r nor -d: folders are skipped
  level,  // -d: the names of a folder, not entered
  all,    // -r
};

} // namespace godwit::model
