#pragma once

#include <cstdint>
#include <optional>

#include "godwit/model/entry.hpp"

namespace godwit::model {

// In what an entry at the dest differs from what it should be.
struct Changes {
  bool content = false; // -c: the digests differ; of links and devices: the value
  bool size = false;
  bool time = false;
  bool mode = false;
  bool owner = false;
  bool group = false;

  bool any() const { return content || size || time || mode || owner || group; }
  bool operator==(const Changes&) const = default;
};

// Where at the dest the content of something new comes from.
struct Origin {
  enum class Way : std::uint8_t {
    rename,   // the old name goes
    copy,     // the old name stays
    retained, // the old name gets another content in this run: action `retained` keeps the old one first
    along,    // it came with the folder around it, which was renamed
  };
  Way way = Way::rename;
  RelPath path;               // the old name
  RelPath at;                 // where that is by then: elsewhere, if a folder around it was renamed before
  std::uint64_t state = 0;    // of a file: what the dest said of it when it was proved to be the same
  std::uint64_t retained = 0; // the number of that action
  std::uint64_t source = 0;   // the planner's own
  std::uint64_t names = 0;    // of a folder: how many the plan knows in it, at all depths
};

// One step of a plan.
struct Action {
  enum class Kind : std::uint8_t {
    make,         // a folder, link or node that is not there, or is there as something else
    transfer,     // a regular file's content, and its metadata
    set_metadata, // what is there has the right content
    remove,
    clear_way,    // a folder, now empty, stands in the way of action `for_number`: remove it, then run that one
    up_to_date,   // nothing to do; reported at -vv and -ii
    skip,         // left out by rule; `reason` says which
    move,         // a file or folder that is at the dest under another name: `origin`
    retain,       // no step of its own: keeps what `origin` names for a move that comes later
  };
  enum class Reason : std::uint8_t {
    none,
    newer,           // -u: the dest's is newer
    exists,          // --ignore-existing
    missing,         // --existing
    not_longer,      // --append: the dest's is as long
    too_small,
    too_big,
    not_regular,     // a kind of file that was not asked for (no -l, no -D)
    folder,          // a folder without -r or -d
    not_empty,       // a folder that holds what may not be removed
    unread,          // a folder that was to go, but could not be read
    delete_limit,    // --max-delete is used up
    in_way,          // a folder that is not empty stands where a non-folder belongs
    leads_outside,   // -K: a folder whose place at the dest is a link out of the root
  };

  // Numbers of what was held back until moves were known; a sequence of its own.
  static constexpr std::uint64_t first_held = std::uint64_t{1} << 40U;

  Kind kind = Kind::up_to_date;
  Reason reason = Reason::none;
  std::uint64_t number = 0;   // in plan order, from 0
  Entry entry;                // as it should be at the dest; a removal: what is there
  std::optional<Entry> there; // what stands at the dest under that name, if anything
  Changes changes;            // against `there`; all false for what is new
  bool replaces = false;      // `there` is of another type and makes way

  // Nothing had the name; what came along with a folder had another one.
  bool is_new() const { return !there || replaces || came_along(); }
  bool came_along() const { return origin && origin->way == Origin::Way::along; }
  // An old name goes with it.
  bool takes_name() const { return origin && (came_along() || origin->way == Origin::Way::rename); }

  std::optional<Origin> origin; // of a move; `along`: of anything in a renamed folder
  std::optional<std::uint64_t> after; // a folder's move: not before that is done; if it fails, as if all in it were new
  std::optional<std::uint64_t> for_number; // this makes way for that action, or (skip) says that it stays undone
};

} // namespace godwit::model
