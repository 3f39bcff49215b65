#include "scope_check.hpp"

#include <algorithm>

#include "godwit/base/escape.hpp"

namespace godwit::session {

namespace {

const model::ScopeItem*
find_item(const model::Scope& scope, const model::RelPath& path)
{
  const auto at = std::lower_bound(scope.begin(), scope.end(), path,
                                   [](const model::ScopeItem& item, const model::RelPath& p) { return item.path < p; });
  return at != scope.end() && at->path == path ? &*at : nullptr;
}

bool
lies_in_scope(const model::RelPath& path, const model::Scope& scope)
{
  if (const model::ScopeItem* item = find_item(scope, path); item != nullptr && item->is_listed) {
    return true;
  }
  for (model::RelPath above = path; !above.is_root();) {
    above = above.parent();
    if (const model::ScopeItem* item = find_item(scope, above); item != nullptr && item->contents) {
      return true;
    }
  }
  return false;
}

} // namespace

Result<>
check_in_scope(const model::Entry& entry, const model::Scope& scope)
{
  if (!lies_in_scope(entry.path, scope)) {
    return make_error(ErrorKind::protocol, "cannot trust the far end: it listed '" + escape(entry.path.str()) +
                                               "', which it was not asked for");
  }
  return {};
}

} // namespace godwit::session
