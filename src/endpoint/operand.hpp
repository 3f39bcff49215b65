#pragma once

#include <string>
#include <string_view>

#include "godwit/base/result.hpp"
#include "godwit/model/path.hpp"

namespace godwit::endpoint {

// A source operand, cut: the folder to open as any command would, and the place
// of the operand in the listing.
struct SplitOperand {
  std::string folder;      // opened as the base
  model::RelPath path;     // below it, and in the listing; empty: the folder's contents
  bool contents = false;   // `dir/`, `.`, `..`
  std::uint32_t implied = 0; // -R: leading components of `path` that are implied parents
};

// As rsync takes operands; `relative` is -R. Fails for `..` below -R's dot.
Result<SplitOperand> split_operand(std::string_view typed, bool relative);

} // namespace godwit::endpoint
