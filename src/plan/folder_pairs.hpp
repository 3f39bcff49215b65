#pragma once

#include <vector>

#include "godwit/plan/removals.hpp"
#include "plan/held_actions.hpp"

namespace godwit::plan
{

// The new folders from `top` on that look like folders of the dest that go: half of the files they could share
// have the same name there and the size. The outermost ones; each source once, `taken` among them. Candidates
// must have been looked up.
std::vector<FolderPair> pair_folders(const HeldActions& held, Ticket top, const MoveSources& sources,
                                     const Removals& removals, const std::vector<FolderPair>& taken);

// `path` with its beginning `from` replaced by `to`.
model::RelPath rebased(const model::RelPath& path, const model::RelPath& from, const model::RelPath& to);

} // namespace godwit::plan
