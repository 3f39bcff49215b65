#pragma once

#include <functional>
#include <vector>

#include "godwit/model/entry.hpp"

namespace godwit::fs {

// -m: holds folders back until something other than a folder comes below them.
// The root passes, and what is flagged is_protected, which is taken off here.
class Pruner
{
public:
  using Give = std::function<bool(model::Entry&&)>;
  explicit Pruner(const Give& give) : m_give(give) {}

  bool take(model::Entry&& entry);

private:
  bool give_held();

  const Give& m_give;
  std::vector<model::Entry> m_held; // each below the one before
};

} // namespace godwit::fs
