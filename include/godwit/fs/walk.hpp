#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "godwit/base/hash.hpp"
#include "godwit/base/result.hpp"
#include "godwit/fs/dir.hpp"
#include "godwit/model/entry.hpp"
#include "godwit/model/scope.hpp"

namespace godwit::fs {

enum class Side : std::uint8_t { source, dest };

// A folder that the scope is looked up in. Of several that hold one name the one with
// the lowest number wins: they are numbered in the order of the operands. Where an item has another name on disk
// (`godwit a newname`), `listed_name` is what it is called in the listing and
// `real_name` on disk; both are names directly in the folder. The Dir's rule
// for links says what a scan follows (-k, -L; -K at the dest).
struct Base {
  Dir dir;
  std::string listed_name;
  std::string real_name;

  // Where a listing path lies below `dir`.
  model::RelPath real_path(const model::RelPath& listed) const { return renamed(listed).value_or(listed); }
  // The same, where that is another path.
  std::optional<model::RelPath> renamed(const model::RelPath& listed) const;
};

struct WalkOptions {
  model::Scope scope;
  model::Depth depth = model::Depth::items;
  Side side = Side::source;
  bool one_file_system = false;  // -x
  bool prune_empty_dirs = false; // -m: folders without a non-folder below are left out, unless protected
};

// What the filter says of a name. At the source `hidden` alone keeps it from the
// list. At the dest a hidden name that is also protected is not listed, a
// hidden one is, and a protected one is flagged.
struct Verdict {
  bool hidden = false;
  bool is_protected = false;
  bool is_perishable = false; // protected, unless the folder that holds it goes
};

// All but `entry` may be left empty. Called on the walking thread.
struct WalkCalls {
  std::function<bool(model::Entry&&)> entry; // false: stop
  std::function<void(const model::RelPath&, Error)> failed;
  std::function<Verdict(const model::RelPath&, bool is_folder)> judge;
  // -c: of a regular file `name` in `folder` (a descriptor). An error leaves the digest zero, and is not
  // reported.
  std::function<Result<Hash128>(int folder, const char* name, const Stat&)> digest;
  // Dest: names of what an earlier run left staged; they are not listed.
  std::function<void(const model::RelPath&)> leftover;
  // Dest: asked first of such a folder. True: it has its own name now, and is listed under that.
  std::function<bool(const model::RelPath&)> adopt;
};

// Lists what the scope covers in model::listing_order, the names of one folder in
// memory at a time (and the folder names of those above it), with at most
// about 250 descriptors open at any depth.
//
// - A name that cannot be read is an entry of type `unknown`; a folder that cannot be
//   read whole comes `is_incomplete` and without contents. Both are reported to `failed`.
// - What is gone by the time it is looked at is skipped; at the source with an
//   error of kind `vanished`. An item that no base has: the same.
// - A link that leads nowhere, under -L: an error of errno ENOENT and kind `system`.
// - A folder that -L or -k would enter a second time below itself: an error, not entered.
// - A link to a folder, at the dest under -K, is listed twice: as the link, and as a folder flagged through_link,
//   without contents where it leads outside the base (leads_outside) or to a folder above itself.
// - Dest: items that do not lie below 'contents' are flagged is_protected.
// Returns false if `entry` stopped it.
bool walk(const WalkOptions& options, std::span<const Base> bases, const WalkCalls& calls);

// The hash of a file's whole content, as far as it goes at the time.
Result<Hash128> digest_file(int folder, const char* name, const HashKey& key, Links links = Links::refuse);

} // namespace godwit::fs
