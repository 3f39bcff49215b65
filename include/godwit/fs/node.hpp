#pragma once

#include <string_view>

#include "godwit/base/result.hpp"
#include "godwit/fs/dir.hpp"
#include "godwit/fs/metadata.hpp"
#include "godwit/model/entry.hpp"

namespace godwit::fs {

// May what stands under the name make way? A folder never does: its removal is planned.
enum class Replace : std::uint8_t { no, yes };

// Makes the folder, symlink, fifo, socket or device that `entry` describes (its
// type, target and device) under `name`, with `wanted` as its metadata (a folder's
// and a node's mode is `wanted.mode`, or 0700 and 0600).
//
// Without Replace EEXIST is an error. With it a link or node takes the place by one
// rename; for a folder what is there is unlinked first. A folder in the way:
// is_in_way(error).
Result<> make_node(const Dir& parent, std::string_view name, const model::Entry& entry,
                   const Metadata& wanted, Replace replace);

// A folder stands where a non-folder belongs.
bool is_in_way(const Error& error);

} // namespace godwit::fs
