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
    return make_error(ErrorKind::protocol, "cannot trust the far end: it listed '" + escape(entry.path.view()) +
                                               "', which it was not asked for");
  }
  return {};
}

Result<>
ListingCheck::add(const model::Entry& entry)
{
  const auto refuse = [&](const std::string& why) {
    return make_error(ErrorKind::protocol, "cannot accept listing: '" + escape(entry.path.view()) + "' comes " + why);
  };
  TRY(check_in_scope(entry, *m_scope));
  if (m_last && listing_order(*m_last, m_last_is_folder, entry.path, entry.is_folder()) >= 0) {
    return refuse("after '" + escape(m_last->str()) + "'");
  }
  if (!entry.path.is_root() && !has_parent(entry.path.parent())) {
    return refuse("without the folder that it lies in");
  }
  m_last = entry.path;
  m_last_is_folder = entry.is_folder();
  return {};
}

// Folders that lead to what the user named need not be listed.
bool
ListingCheck::has_parent(const model::RelPath& folder) const
{
  if (folder.is_root() || (m_last && (m_last->is_below(folder) || (m_last_is_folder && *m_last == folder)))) {
    return true;
  }
  const auto at =
      std::lower_bound(m_scope->begin(), m_scope->end(), folder,
                       [](const model::ScopeItem& item, const model::RelPath& p) { return item.path < p; });
  return at != m_scope->end() && (at->path == folder || at->path.is_below(folder));
}

} // namespace godwit::session
