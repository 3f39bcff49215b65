#pragma once

#include <string>

#include "godwit/model/entry.hpp"

namespace godwit::testing {

// A regular file of mode 644 that nobody has changed since.
inline model::Entry
regular(const std::string& path)
{
  model::Entry made;
  made.path = *model::RelPath::parse(path);
  made.mode = 0644;
  made.mtime = {1000, 5};
  return made;
}

} // namespace godwit::testing
